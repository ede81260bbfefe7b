import { type Attributes, type AttributeValue, newAttributes, type OtlpEvent, type OtlpSpan } from '@spanwise/otlp';
import { isObject, type JsonObject, parseJson } from './json.ts';

/** Content that stands on a span's events instead of its attributes. */
export interface EventContent {
  /** Values for `readMessages` */
  input: unknown[];
  output: unknown[];
  /** A tool span's call, in the form of Strands: `gen_ai.tool.message` asks, `gen_ai.choice` answers */
  toolArguments: unknown;
  toolResult: unknown;
  toolCallId: string;
  /** Events that are represented by the above */
  used: Set<OtlpEvent>;
}

const DETAILS = 'gen_ai.client.inference.operation.details';

const ROLE_OF_EVENT = new Map([
  ['gen_ai.system.message', 'system'],
  ['gen_ai.user.message', 'user'],
  ['gen_ai.assistant.message', 'assistant'],
  ['gen_ai.tool.message', 'tool'],
]);

/**
 * The span's attributes with those of the event that holds everything, `gen_ai.client.inference.operation.details`; what
 * the span says itself counts. Strands writes what went in and what came out on an event each.
 */
export function withDetails(span: OtlpSpan): Attributes {
  if (!span.events.some((event) => event.name === DETAILS)) return span.attributes;
  const all = newAttributes();
  for (const event of span.events) if (event.name === DETAILS) Object.assign(all, event.attributes);
  return Object.assign(all, span.attributes);
}

/** Reads message events, of a model's call or, where `ofTool`, of a tool's. Returns undefined where there are none. */
export function readEventContent(events: readonly OtlpEvent[], ofTool: boolean): EventContent | undefined {
  let content: EventContent | undefined;
  for (const event of events) {
    if (!event.name.startsWith('gen_ai.')) continue;
    content ??= {
      input: [],
      output: [],
      toolArguments: undefined,
      toolResult: undefined,
      toolCallId: '',
      used: new Set(),
    };
    if (readEvent(event, ofTool, content)) content.used.add(event);
  }
  return content;
}

function readEvent(event: OtlpEvent, ofTool: boolean, content: EventContent): boolean {
  const { attributes } = event;
  const role = ROLE_OF_EVENT.get(event.name);
  if (role !== undefined) {
    const message = messageOf(attributes, role);
    if (!ofTool) content.input.push(message);
    else if (role === 'tool') {
      content.toolArguments ??= message.content;
      if (typeof message.id === 'string') content.toolCallId ||= message.id;
    }
    return !ofTool || role === 'tool';
  }
  switch (event.name) {
    case 'gen_ai.choice': {
      const choice = { ...bodyOf(attributes) };
      const message = structured(choice.message ?? choice.content);
      if (ofTool) content.toolResult ??= message;
      else content.output.push(choiceOf(message, choice));
      return true;
    }
    case 'gen_ai.content.prompt':
      content.input.push(...read(attributes['gen_ai.prompt']));
      return true;
    case 'gen_ai.content.completion':
      content.output.push(...read(attributes['gen_ai.completion']));
      return true;
    case DETAILS:
      if (ofTool) readToolDetails(attributes, content);
      return true;
    default:
      return false;
  }
}

function messageOf(attributes: Attributes, role: string): JsonObject {
  const body = bodyOf(attributes);
  const message: JsonObject = { role, ...body, content: structured(body.content) };
  if (typeof body.tool_calls === 'string') message.tool_calls = parseJson(body.tool_calls);
  if (role === 'tool' && message.tool_call_id === undefined) message.tool_call_id = body.id;
  return message;
}

function choiceOf(message: unknown, choice: JsonObject): JsonObject {
  const body: JsonObject = isObject(message) ? message : { content: message };
  const calls = structured(choice.tool_calls);
  return {
    message: { role: 'assistant', ...body, ...(Array.isArray(calls) ? { tool_calls: calls } : {}) },
    finish_reason: choice.finish_reason,
  };
}

/** Azure's instrumentation writes the whole event as JSON into one attribute. */
function bodyOf(attributes: Attributes): JsonObject {
  const whole = attributes['gen_ai.event.content'];
  const body = typeof whole === 'string' ? parseJson(whole) : whole;
  return isObject(body) ? body : attributes;
}

/** Text that is a JSON list or object of blocks, parsed; any other value as it is. */
function structured(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const parsed = parseJson(value);
  if (isObject(parsed)) return parsed;
  return Array.isArray(parsed) && parsed.every(isObject) ? parsed : value;
}

function read(value: AttributeValue | undefined): unknown[] {
  if (value === undefined || value === null) return [];
  return [typeof value === 'string' ? (parseJson(value) ?? value) : value];
}

/** Newer Strands: the call and its response are message parts. */
function readToolDetails(attributes: Attributes, content: EventContent): void {
  const call = partOfType(attributes['gen_ai.input.messages'], 'tool_call');
  const response = partOfType(attributes['gen_ai.output.messages'], 'tool_call_response');
  content.toolArguments ??= call?.arguments;
  content.toolResult ??= response?.response ?? response?.result;
  const id = call?.id ?? response?.id;
  if (typeof id === 'string') content.toolCallId ||= id;
}

function partOfType(messages: AttributeValue | undefined, type: string): JsonObject | undefined {
  const value = typeof messages === 'string' ? parseJson(messages) : messages;
  if (!Array.isArray(value)) return undefined;
  for (const message of value) {
    const parts = isObject(message) && Array.isArray(message.parts) ? message.parts : [];
    const found = parts.find((part) => isObject(part) && part.type === type);
    if (isObject(found)) return found;
  }
  return undefined;
}
