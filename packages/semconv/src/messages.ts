import { isObject, type JsonObject, parseJson, toJson } from './json.ts';
import type { Message, Part } from './message.ts';
import { partsOf, toolCallPart, toolResponsePart } from './message-parts.ts';

/** Messages read from a payload, and what the payload says besides. */
export interface ReadMessages {
  messages: Message[];
  /** Why the model stopped, as sent; empty where not stated */
  finishReason: string;
  /** System instructions that stand beside the messages (Gemini, Anthropic); empty without */
  system: string;
}

/** Keys under which requests, responses and framework states hold their messages, the outermost first. */
const CONTAINERS = [
  'messages',
  'contents',
  'choices',
  'candidates',
  'generations',
  'inputs',
  'outputs',
  'input',
  'output',
  'chat_history',
  'all_messages',
  'llm_request',
  'update',
  'replies',
] as const;

/** Names that frameworks use for the four roles. */
const ROLES = new Map([
  ['human', 'user'],
  ['ai', 'assistant'],
  ['model', 'assistant'],
  ['bot', 'assistant'],
  ['chatbot', 'assistant'],
  ['function', 'tool'],
  ['developer', 'system'],
  ['systemmessage', 'system'],
  ['humanmessage', 'user'],
  ['aimessage', 'assistant'],
  ['aimessagechunk', 'assistant'],
  ['toolmessage', 'tool'],
  ['functionmessage', 'tool'],
]);
/** Types that LangChain's messages state instead of a role. */
const MESSAGE_TYPES = new Set([...ROLES.keys(), 'user', 'assistant', 'system', 'tool']);

const MAX_NESTING = 6;

/**
 * Messages of a payload in any known form: OpenTelemetry's, a provider's request or response, a framework's state, or
 * plain text, which becomes one message of `defaultRole`.
 */
export function readMessages(payload: unknown, defaultRole: 'user' | 'assistant'): ReadMessages {
  const read: ReadMessages = { messages: [], finishReason: '', system: '' };
  const value = typeof payload === 'string' ? (parseJson(payload) ?? payload) : payload;
  try {
    collect(value, defaultRole, read, 0);
  } catch {
    // Nested beyond what can be walked: the payload is the text it is
    read.messages = [{ role: defaultRole, parts: partsOf(typeof payload === 'string' ? payload : '…') }];
  }
  return read;
}

/** True where the value is already in the model's form and its text can be stored as it is. */
export function isCanonical(value: unknown): value is Message[] {
  return Array.isArray(value) && value.every(isCanonicalMessage);
}

function isCanonicalMessage(message: unknown): boolean {
  if (!isObject(message) || typeof message.role !== 'string' || !Array.isArray(message.parts)) return false;
  for (const key in message) if (key !== 'role' && key !== 'parts' && key !== 'name') return false;
  if (ROLES.has(message.role)) return false;
  return message.parts.every(isCanonicalPart);
}

function isCanonicalPart(part: unknown): boolean {
  if (!isObject(part)) return false;
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return typeof part.content === 'string';
    case 'tool_call':
      return typeof part.name === 'string' && typeof part.arguments !== 'string';
    case 'tool_call_response':
      return 'response' in part;
    default:
      return false;
  }
}

function collect(value: unknown, role: string, read: ReadMessages, depth: number): void {
  if (value === null || value === undefined || value === '' || depth > MAX_NESTING) return;
  if (Array.isArray(value)) collectList(value, role, read, depth);
  else if (isObject(value)) collectObject(value, role, read, depth);
  else pushParts(role, partsOf(String(value)), read);
}

function collectList(list: unknown[], role: string, read: ReadMessages, depth: number): void {
  if (isPair(list)) read.messages.push({ role: roleOf(list[0]), parts: partsOf(list[1]) });
  else if (list.length > 0 && list.every(isBlock)) pushParts(role, partsOf(list), read);
  else for (const item of list) collect(item, role, read, depth + 1);
}

function collectObject(value: JsonObject, role: string, read: ReadMessages, depth: number): void {
  noteStatements(value, read);
  const inner = unwrapped(value);
  if (inner !== undefined) collect(inner, role, read, depth + 1);
  else if (value.type === 'function_call') pushParts('assistant', [toolCallPart(value)], read);
  else if (value.type === 'function_call_output') pushParts('tool', [toolResponsePart(value)], read);
  else if (isMessage(value)) pushMessage(value, role, read);
  else {
    const held = CONTAINERS.map((key) => value[key]).find((member) => holdsMessages(member, depth));
    if (held !== undefined) collect(held, role, read, depth + 1);
    else pushParts(role, partsOf(typeof value.text === 'string' ? value.text : toJson(value)), read);
  }
}

function holdsMessages(member: unknown, depth: number): boolean {
  return typeof member === 'object' ? member !== null : member !== undefined && depth === 0;
}

/** LangChain's and the Responses API's wrappings, OpenInference's `message`, a choice's or generation's message. */
function unwrapped(value: JsonObject): unknown {
  if (isObject(value.message)) return { ...value.message, ...functionResults(value.function) };
  if (value.lc !== undefined && isObject(value.kwargs)) {
    const id = Array.isArray(value.id) ? String(value.id.at(-1)) : '';
    return { role: ROLES.get(id.toLowerCase()) ?? value.kwargs.type, ...value.kwargs, type: undefined, id: undefined };
  }
  if (isObject(value.data) && typeof value.type === 'string' && 'content' in value.data) {
    return { ...value.data, role: value.type, type: undefined, id: undefined };
  }
  // A Gemini candidate or response: `content` is the message
  if (isObject(value.content) && Array.isArray(value.content.parts)) return value.content;
  return undefined;
}

/** AutoGen under OpenInference: results of a message's calls stand beside it, each as JSON text. */
function functionResults(list: unknown): { parts: Part[] } | undefined {
  if (!Array.isArray(list)) return undefined;
  const results = list.map((item) => (typeof item === 'string' ? parseJson(item) : item)).filter(isObject);
  return { parts: results.map(toolResponsePart) };
}

function isMessage(value: JsonObject): boolean {
  if (typeof value.role === 'string' || Array.isArray(value.parts)) return true;
  if (typeof value.type === 'string' && MESSAGE_TYPES.has(value.type.toLowerCase()) && 'content' in value) return true;
  return 'content' in value || 'tool_calls' in value || Array.isArray(value.blocks);
}

function pushMessage(value: JsonObject, defaultRole: string, read: ReadMessages): void {
  const type = typeof value.type === 'string' && MESSAGE_TYPES.has(value.type.toLowerCase()) ? value.type : undefined;
  const role = roleOf(value.role ?? type ?? defaultRole);
  const callId = value.tool_call_id ?? value.toolCallId;
  const content = value.parts ?? value.contents ?? value.content ?? value.blocks;
  const parts = typeof callId === 'string' && role === 'tool' ? [responseTo(callId, content)] : partsOf(content);
  const calls = value.tool_calls ?? value.toolCalls;
  if (Array.isArray(calls) && !parts.some((part) => part.type === 'tool_call')) {
    for (const call of calls) if (isObject(call)) parts.push(toolCallPart(call));
  }
  const call = value.function_call;
  if (isObject(call)) parts.push(toolCallPart(call));
  const name = typeof value.name === 'string' && role !== 'tool' ? value.name : undefined;
  read.messages.push({ role, ...(name ? { name } : {}), parts });
}

function responseTo(callId: string, content: unknown): Part {
  return toolResponsePart({ tool_call_id: callId, content: content ?? '' });
}

function pushParts(role: string, parts: Part[], read: ReadMessages): void {
  if (parts.length > 0) read.messages.push({ role: roleOf(role), parts });
}

function noteStatements(value: JsonObject, read: ReadMessages): void {
  const details = isObject(value.generation_info) ? value.generation_info : value;
  const reason = details.finish_reason ?? details.finishReason ?? details.stop_reason ?? details.stopReason;
  if (typeof reason === 'string' && read.finishReason === '') read.finishReason = reason;
  const config = isObject(value.config) ? value.config : value;
  const system = config.system_instruction ?? config.systemInstruction ?? value.system ?? value.instructions;
  if (system !== undefined && read.system === '') {
    const parts = isObject(system) && Array.isArray(system.parts) ? partsOf(system.parts) : partsOf(system);
    read.system = instructionsText(parts);
  }
}

/** Text of system instructions given as parts. */
export function instructionsText(parts: readonly Part[]): string {
  return parts.map((part) => ('content' in part ? String(part.content) : '')).join('\n');
}

function roleOf(role: unknown): string {
  const word = String(role).toLowerCase();
  return ROLES.get(word) ?? word;
}

/** LangChain's `['user', 'text']`. */
function isPair(value: unknown[]): boolean {
  return (
    value.length === 2 &&
    typeof value[0] === 'string' &&
    typeof value[1] === 'string' &&
    MESSAGE_TYPES.has(value[0].toLowerCase())
  );
}

function isBlock(item: unknown): boolean {
  if (!isObject(item) || 'role' in item) return false;
  return item.type === 'text' || item.type === 'tool_use' || item.type === 'thinking' || item.type === 'output_text';
}
