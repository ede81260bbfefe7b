import type { SpanKind } from '@spanwise/schemas';
import type { Cuts } from './caps.ts';
import { Concept } from './concept.ts';
import { listOf } from './indexed.ts';
import { isObject, parseJson } from './json.ts';
import type { EventContent } from './message-events.ts';
import { type ToolCall, toolCall } from './tool-call.ts';
import type { Values } from './values.ts';

export const NO_CALL: ToolCall = {
  toolArguments: '',
  toolArgumentsDigest: '',
  toolResult: '',
  toolResultDigest: '',
  toolCallId: '',
  statedError: false,
  goto: '',
};

/**
 * Arguments and result of a call, wherever they stand: by their own names, as the operation's generic input and output,
 * where others write messages, on events.
 */
export function callPayload(
  kind: SpanKind,
  tool: string,
  values: Values,
  content: EventContent | undefined,
  cuts: Cuts,
): ToolCall {
  const memory = kind === 'memory' ? memoryContent(values) : {};
  const sent =
    memory.written ??
    takeEither(values, Concept.toolArguments, Concept.input, Concept.inputMime) ??
    takeObject(values, Concept.inputMessages) ??
    takeParameters(values);
  const result =
    memory.found ??
    documents(values, kind) ??
    takeEither(values, Concept.toolResult, Concept.output, Concept.outputMime) ??
    takeObject(values, Concept.outputMessages);
  if (content?.toolArguments !== undefined) values.take(Concept.inputMessages);
  if (content?.toolResult !== undefined) values.take(Concept.outputMessages);
  return toolCall(tool, sent ?? content?.toolArguments, result ?? content?.toolResult, cuts);
}

/** The payload by its own name, else the generic one; a generic one that says the same is represented with it. */
function takeEither(values: Values, own: number, generic: number, mime: number): unknown {
  const value = values.take(own);
  if (value === undefined || values.peek(generic) === value) {
    values.take(mime);
    return values.take(generic);
  }
  return value;
}

/** LangSmith and early Strands write any span's payload where messages belong; messages are a list, a payload an object. */
function takeObject(values: Values, slot: number): unknown {
  const value = values.peek(slot);
  const isPayload = typeof value === 'string' ? value.startsWith('{') : isObject(value);
  return isPayload ? values.take(slot) : undefined;
}

/** `tool.parameters` where they are not a schema: neither one as a whole nor one of each argument. */
function takeParameters(values: Values): unknown {
  const sent = values.peek(Concept.toolParameters);
  const parameters = typeof sent === 'string' ? parseJson(sent) : sent;
  if (!isObject(parameters) || isObject(parameters.properties)) return undefined;
  const members = Object.values(parameters);
  if (members.length > 0 && members.every((member) => isObject(member) && 'type' in member)) return undefined;
  return values.take(Concept.toolParameters);
}

/** Retrieved documents, spelt out in attributes; the generic output says the same in a framework's words. */
function documents(values: Values, kind: SpanKind): unknown {
  if (kind !== 'retrieval') return undefined;
  const direct = values.take(Concept.documents);
  if (direct !== undefined) return direct;
  const leaves = values.takeIndexed(Concept.documents);
  if (leaves.length === 0) return undefined;
  values.take(Concept.output);
  values.take(Concept.outputMime);
  return listOf(leaves).map((item) => (isObject(item) && isObject(item.document) ? item.document : item));
}

/** What a memory was searched for is found, anything else that is done to it writes. A record alone is its content. */
function memoryContent(values: Values): { written?: unknown; found?: unknown } {
  const sent = values.take(Concept.memoryContent);
  if (sent === undefined) return {};
  const records = typeof sent === 'string' ? (parseJson(sent) ?? sent) : sent;
  const [only] = Array.isArray(records) ? records : [];
  const isAlone = Array.isArray(records) && records.length === 1 && isObject(only) && only.content !== undefined;
  const content = isAlone ? only.content : records;
  return values.kind?.word.startsWith('search') ? { found: content } : { written: content };
}
