import { isObject, type JsonObject, parseJson } from './json.ts';
import { parsePythonLiteral } from './python-literal.ts';

/** A tool call's arguments without what a framework wrapped round them. */
export interface UnwrappedArguments {
  value: unknown;
  /** Call id found in the wrapping; empty where none */
  toolCallId: string;
}

/** More wrapping than this is no framework's. */
const MAX_LAYERS = 4;

/** Framework keys beside `kwargs` and `args` (Traceloop's and OpenInference's record of a Python call). */
const PYTHON_CALL = new Set(['args', 'kwargs', 'sanitize_inputs_outputs', 'self']);
/** Keys of a tool call as a whole (LangChain, OpenAI, MCP, Vercel), round its arguments. */
const CALL = new Set([
  'name',
  'tool_name',
  'toolName',
  'id',
  'call_id',
  'tool_call_id',
  'toolCallId',
  'tool_use_id',
  'toolUseId',
  'type',
  'function',
  'index',
  '_meta',
  'status',
  'input_schema',
  'description',
  'dynamic',
]);
const CALL_ARGUMENTS = ['args', 'arguments', 'tool_args', 'tool_input', 'parameters', 'params', 'input'] as const;
const CALL_IDS = ['tool_call_id', 'toolCallId', 'call_id', 'tool_use_id', 'toolUseId'] as const;

/**
 * Removes the envelopes of frameworks from a tool call's arguments: JSON text (or a Python `repr`) is parsed, Traceloop's
 * `{input_str, inputs, metadata, kwargs}`, a Python call's `{args, kwargs}`, CrewAI's `{tool_string, calling}`, and whole tool calls
 * `{name, args|arguments, id}` are reduced to the arguments; call ids among them are taken out. A bare value, as
 * LangChain writes for a tool with one string argument, stays that value: as an object it would look like arguments
 * that miss what the schema requires.
 */
export function unwrapArguments(raw: unknown, tool: string): UnwrappedArguments {
  const found = { value: raw, toolCallId: '' };
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    if (typeof found.value === 'string') {
      const parsed = parseText(found.value, layer);
      if (parsed === undefined) break;
      found.value = parsed;
      if (typeof parsed === 'string') continue;
    }
    if (!unwrapLayer(found, tool)) break;
  }
  return found;
}

// Below the first layer only objects and arrays are parsed: an argument that is a quoted string is an argument
function parseText(text: string, layer: number): unknown {
  const parsed = parseJson(text) ?? parsePythonLiteral(text);
  return layer === 0 || typeof parsed === 'object' ? parsed : undefined;
}

function unwrapLayer(found: UnwrappedArguments, tool: string): boolean {
  const { value } = found;
  if (Array.isArray(value)) {
    if (value.length !== 1 || !isObject(value[0]) || !isWholeCall(value[0], tool)) return false;
    found.value = value[0];
    return true;
  }
  if (!isObject(value)) return false;
  for (const key of CALL_IDS) if (typeof value[key] === 'string') found.toolCallId ||= value[key];
  const inner = tracedRun(value, found) ?? pythonCall(value) ?? crewCall(value) ?? wholeCall(value, found, tool);
  if (inner !== undefined) {
    found.value = inner;
    return true;
  }
  found.value = withoutCallId(value);
  return false;
}

function tracedRun(value: JsonObject, found: UnwrappedArguments): unknown {
  const marked = 'input_str' in value || ('inputs' in value && 'metadata' in value && 'tags' in value);
  if (!marked) return undefined;
  const kwargs = value.kwargs;
  if (isObject(kwargs) && typeof kwargs.tool_call_id === 'string') found.toolCallId ||= kwargs.tool_call_id;
  return value.inputs ?? value.input_str;
}

function pythonCall(value: JsonObject): unknown {
  const { args, kwargs } = value;
  if (!isObject(kwargs) || !Object.keys(value).every((key) => PYTHON_CALL.has(key))) return undefined;
  const positional = Array.isArray(args) ? args : [];
  if (positional.length === 0) return kwargs;
  if (Object.keys(kwargs).length > 0) return undefined;
  return positional.length === 1 ? positional[0] : positional;
}

const REPR_ARGUMENTS = /\barguments=(\{.*\})/s;

/** CrewAI's `{tool_string, tool, calling}`: the call as an object or as its `repr`, else what the model wrote. */
function crewCall(value: JsonObject): unknown {
  if (!('calling' in value) || !('tool' in value || 'tool_string' in value)) return undefined;
  const { calling } = value;
  if (isObject(calling)) return calling.arguments ?? undefined;
  const written = typeof calling === 'string' ? REPR_ARGUMENTS.exec(calling)?.[1] : undefined;
  return written ?? value.tool_string;
}

function wholeCall(value: JsonObject, found: UnwrappedArguments, tool: string): unknown {
  if (isObject(value.params) && typeof value.method === 'string') return value.params;
  if (!isWholeCall(value, tool)) return undefined;
  const id = value.id ?? value.call_id;
  if (typeof id === 'string') found.toolCallId ||= id;
  const call = isObject(value.function) ? value.function : value;
  for (const key of CALL_ARGUMENTS) if (call[key] !== undefined) return call[key];
  return undefined;
}

// Any tool may have arguments called `name` and `input`: an envelope names this very tool, or says that it is a call
function isWholeCall(value: JsonObject, tool: string): boolean {
  const call = isObject(value.function) ? value.function : value;
  const name = call.name ?? call.tool_name ?? call.toolName;
  const type = value.type;
  const says = type === 'tool_call' || type === 'function_call' || type === 'function' || type === 'tool-call';
  if (!says && (typeof name !== 'string' || name !== tool)) return false;
  const inner = CALL_ARGUMENTS.filter((key) => call[key] !== undefined);
  return inner.length === 1 && Object.keys(value).every((key) => CALL.has(key) || key === inner[0]);
}

function withoutCallId(value: JsonObject): JsonObject {
  if (!CALL_IDS.some((key) => key in value)) return value;
  const kept: JsonObject = {};
  for (const key of Object.keys(value)) if (!(CALL_IDS as readonly string[]).includes(key)) kept[key] = value[key];
  return kept;
}
