import { isObject, type JsonObject, parseJson } from './json.ts';
import { parsePythonString } from './python-literal.ts';

/** A tool's result without what a framework wrapped round it. */
export interface UnwrappedResult {
  /** Parsed JSON, or text */
  value: unknown;
  /** The text as sent where nothing had to be taken off, so that it need not be written again */
  text: string | undefined;
  /** Call id found in the wrapping; empty where none */
  toolCallId: string;
  /** The framework or protocol states that the call failed (`ToolMessage.status`, MCP's `isError`) */
  statedError: boolean;
  /** MCP's `isError`, which belongs to the result that detectors judge */
  isError: boolean;
  /** Where a LangGraph command sends control; empty without */
  goto: string;
}

const MAX_LAYERS = 6;

/**
 * Removes the envelopes of frameworks from a tool's result: JSON in JSON, LangChain's messages (serialised, dumped or
 * as `repr`), Traceloop's `{output, kwargs}`, LangGraph commands, MCP's and Anthropic's content blocks, JSON-RPC, the
 * Vercel SDK's and the Responses API's outputs. Errors inside the tool's own answer are left alone: they are judged by
 * detectors.
 */
export function unwrapResult(raw: unknown): UnwrappedResult {
  const found: UnwrappedResult = {
    value: raw,
    text: typeof raw === 'string' ? raw : undefined,
    toolCallId: '',
    statedError: false,
    isError: false,
    goto: '',
  };
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    if (typeof found.value === 'string') {
      if (isBareObject(found.value)) break;
      const parsed = parseJson(found.value) ?? reprOfMessage(found.value);
      if (parsed === undefined) break;
      // A quoted string is its content; an object keeps the text it was parsed from
      found.text = typeof parsed === 'string' ? parsed : found.value;
      found.value = parsed;
    }
    const inner = peel(found.value, found);
    if (inner === undefined) break;
    found.value = inner;
    found.text = typeof inner === 'string' ? inner : undefined;
  }
  return found;
}

const ENVELOPE_KEY = /"(?:content|data|outputs?|result|return_value|raw_output|response|kwargs|update|value)"/;

/** A JSON object, by its first and last character, that has none of the keys an envelope is known by: not worth parsing. */
function isBareObject(text: string): boolean {
  return text.charCodeAt(0) === 0x7b && text.endsWith('}') && !ENVELOPE_KEY.test(text);
}

function peel(value: unknown, found: UnwrappedResult): unknown {
  if (Array.isArray(value)) return contentBlocks(value);
  if (!isObject(value)) return undefined;
  return (
    serialisedMessage(value, found) ??
    command(value, found) ??
    toolMessage(value, found) ??
    protocolResult(value, found) ??
    output(value)
  );
}

/** LangChain's `{lc: 1, type: 'constructor', kwargs}` and `{type: 'tool', data}`. */
function serialisedMessage(value: JsonObject, found: UnwrappedResult): unknown {
  const serialised = value.lc !== undefined && isObject(value.kwargs);
  const dumped = typeof value.type === 'string' && MESSAGE_TYPES.has(value.type) && isObject(value.data);
  const body = serialised ? value.kwargs : dumped ? value.data : undefined;
  if (!isObject(body)) return undefined;
  // A Command is serialised the same way
  return 'content' in body ? message(body, found) : body;
}

const MESSAGE_TYPES = new Set(['tool', 'ai', 'human', 'system', 'function', 'ToolMessageChunk']);

function toolMessage(value: JsonObject, found: UnwrappedResult): unknown {
  const ownId = value.type === 'function_call_output' || 'is_error' in value ? value.call_id : undefined;
  const id = value.tool_call_id ?? value.toolUseId ?? value.tool_use_id ?? value.toolCallId ?? ownId;
  if (typeof id !== 'string') return undefined;
  for (const key of ['content', 'output', 'result', 'response', 'raw_output'] as const) {
    if (key in value) return message({ ...value, tool_call_id: id, content: value[key] }, found);
  }
  return undefined;
}

function message(body: JsonObject, found: UnwrappedResult): unknown {
  if (typeof body.tool_call_id === 'string') found.toolCallId ||= body.tool_call_id;
  if (body.status === 'error' || body.is_error === true || body.isError === true) found.statedError = true;
  return body.content ?? '';
}

/** LangGraph's `Command`: where control goes, and the tool's answer as the last tool message of its update. */
function command(value: JsonObject, found: UnwrappedResult): unknown {
  if (!('goto' in value) || !('update' in value)) return undefined;
  const target = Array.isArray(value.goto) ? value.goto[0] : value.goto;
  if (typeof target === 'string') found.goto = target;
  else if (isObject(target) && typeof target.node === 'string') found.goto = target.node;
  const messages = isObject(value.update) ? value.update.messages : undefined;
  if (!Array.isArray(messages)) return undefined;
  return messages.findLast((item) => isObject(item) && isToolMessage(item));
}

function isToolMessage(item: JsonObject): boolean {
  if (item.type === 'tool' || item.role === 'tool') return true;
  return Array.isArray(item.id) && item.id.at(-1) === 'ToolMessage';
}

/** MCP's `{content, isError, structuredContent}`, JSON-RPC's `{jsonrpc, result}`, Strands' and Vercel's tool results. */
function protocolResult(value: JsonObject, found: UnwrappedResult): unknown {
  if (value.jsonrpc !== undefined && 'result' in value) return value.result ?? undefined;
  if (typeof value.type === 'string' && VALUE_TYPES.has(value.type) && 'value' in value) {
    if (value.type !== 'json' && value.type !== 'text' && value.type !== 'content') found.statedError = true;
    return value.value ?? undefined;
  }
  if (!Array.isArray(value.content) || contentBlocks(value.content) === undefined) return undefined;
  if (value.isError === true) found.isError = true;
  if (value.isError === true || value.is_error === true || value.status === 'error') found.statedError = true;
  const content = value.structuredContent ?? contentBlocks(value.content);
  const envelope = Object.keys(value).every((key) => MCP_KEYS.has(key));
  return envelope ? content : undefined;
}

const VALUE_TYPES = new Set(['json', 'text', 'content', 'error-text', 'error-json', 'execution-denied']);
const MCP_KEYS = new Set(['content', 'isError', 'is_error', 'structuredContent', '_meta', 'meta', 'status', 'role']);

/** `[{type: 'text', text}]`, `[{text}]`, `[{json}]`: one block is its content, several texts are joined. */
function contentBlocks(blocks: unknown[]): unknown {
  if (blocks.length === 0) return undefined;
  const contents: unknown[] = [];
  for (const block of blocks) {
    if (!isObject(block)) return undefined;
    const keys = Object.keys(block);
    if (keys.length === 1 && 'json' in block) contents.push(block.json);
    else if (typeof block.text === 'string' && (keys.length === 1 || isTextType(block.type))) contents.push(block.text);
    else return undefined;
  }
  if (contents.length === 1) return contents[0];
  return contents.every((content) => typeof content === 'string') ? contents.join('\n') : contents;
}

function isTextType(type: unknown): boolean {
  return type === 'text' || type === 'output_text' || type === 'input_text';
}

/** Traceloop's `{output, kwargs}`, ADK's `{result}`, and single `{output}` or `{outputs}` of other tracers. */
function output(value: JsonObject): unknown {
  const keys = Object.keys(value);
  const [only] = keys;
  if (keys.length === 1 && (only === 'output' || only === 'outputs' || only === 'result' || only === 'return_value')) {
    const inner = value[only];
    // `{"result": false}` is an answer, not an envelope
    return typeof inner === 'string' || (typeof inner === 'object' && inner !== null) ? inner : undefined;
  }
  if ('output' in value && keys.every((key) => RUN_KEYS.has(key))) return value.output ?? undefined;
  return undefined;
}

const RUN_KEYS = new Set(['output', 'kwargs', 'tags', 'metadata', 'run_id', 'parent_run_id']);

const REPR_ID = /\btool_call_id=['"]([^'"]+)['"]/;

/** `str()` of a LangChain ToolMessage: `content='…' name='…' tool_call_id='…' status='error'`. */
function reprOfMessage(text: string): unknown {
  if (!text.startsWith("content='") && !text.startsWith('content="')) return undefined;
  const content = parsePythonString(text, 'content='.length);
  const id = content && REPR_ID.exec(text.slice(content.end))?.[1];
  if (!content || id === undefined) return undefined;
  const status = /\bstatus='error'/.test(text.slice(content.end)) ? 'error' : 'success';
  return { tool_call_id: id, content: content.value, status };
}
