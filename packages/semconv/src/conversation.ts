import type { Span } from '@spanwise/schemas';
import { type Cuts, caps, fitLast } from './caps.ts';
import { Concept } from './concept.ts';
import { finishReason } from './finish-reason.ts';
import { listOf } from './indexed.ts';
import { isObject, parseJson, toJson } from './json.ts';
import type { Message } from './message.ts';
import type { EventContent } from './message-events.ts';
import { partsOf } from './message-parts.ts';
import { instructionsText, isCanonical, type ReadMessages, readMessages } from './messages.ts';
import { asText, type Values } from './values.ts';

export type Conversation = Pick<Span, 'inputMessages' | 'outputMessages' | 'systemInstructions' | 'finishReason'>;

/**
 * What went into a model or agent and what came out. Sources in this order: message attributes (of the span or
 * of the event that holds everything), messages spelt out in indexed attributes, one event per message, the operation's generic input and output
 * (of models and agents only: of other spans it is data, not talk).
 */
export function conversation(
  values: Values,
  events: EventContent | undefined,
  kind: Span['kind'],
  cuts: Cuts,
): Conversation {
  const speaks = kind === 'llm' || kind === 'agent';
  const input = inputSource(values, events, speaks);
  const output = outputSource(values, events, speaks);
  const stated = statedFinishReason(values) || output?.finishReason || finishReasonBeside(values, kind);
  let system = systemText(values) || input?.system || '';
  if (input) system = separateSystem(input, system);
  if (speaks) representGenericPayload(values, input, output);
  return {
    inputMessages: messagesText('inputMessages', input, caps.inputMessages, cuts),
    outputMessages: messagesText('outputMessages', output, caps.outputMessages, cuts),
    systemInstructions: cuts.text('systemInstructions', system, caps.systemInstructions),
    finishReason:
      stated === ''
        ? ''
        : cuts.text('finishReason', finishReason(stated, kind === 'llm' && endsInToolCall(output)), caps.name),
  };
}

interface Source extends ReadMessages {
  /** The text as sent, where it already has the model's form */
  text?: string | undefined;
}

function inputSource(values: Values, events: EventContent | undefined, speaks: boolean): Source | undefined {
  const direct = values.take(Concept.inputMessages);
  if (direct !== undefined) return source(direct, 'user');
  const indexed = values.takeIndexed(Concept.inputMessages);
  if (indexed.length > 0) return completed(readMessages(listOf(indexed), 'user'), values);
  if (events && events.input.length > 0) return readMessages(events.input, 'user');
  const generic = speaks ? values.peek(Concept.input) : undefined;
  return generic === undefined ? undefined : readMessages(generic, 'user');
}

function outputSource(values: Values, events: EventContent | undefined, speaks: boolean): Source | undefined {
  const direct = values.take(Concept.outputMessages);
  if (direct !== undefined) return source(direct, 'assistant');
  const indexed = values.takeIndexed(Concept.outputMessages);
  if (indexed.length > 0) return readMessages(listOf(indexed), 'assistant');
  if (events && events.output.length > 0) return readMessages(events.output, 'assistant');
  if (values.has(Concept.outputText) || values.has(Concept.outputToolCalls)) {
    return textAndCalls(values.takeText(Concept.outputText), values.take(Concept.outputToolCalls));
  }
  const generic = speaks ? values.peek(Concept.output) : undefined;
  return generic === undefined ? undefined : readMessages(generic, 'assistant');
}

function source(sent: unknown, role: 'user' | 'assistant'): Source {
  if (typeof sent !== 'string') return readMessages(sent, role);
  const value = parseJson(sent);
  if (isCanonical(value)) return { messages: value, finishReason: '', system: '', text: sent };
  return withoutFinishReason(sent, value) ?? readMessages(value ?? sent, role);
}

/**
 * The usual answer, one message that ends in its finish reason, without writing it anew: the reason is cut off the text
 * as sent, being the last key of the last object.
 */
function withoutFinishReason(sent: string, value: unknown): Source | undefined {
  const message: unknown = Array.isArray(value) && value.length === 1 ? value[0] : undefined;
  if (!isObject(message) || Object.keys(message).at(-1) !== 'finish_reason') return undefined;
  const { finish_reason: reason, ...rest } = message;
  const messages: unknown = [rest];
  const key = sent.lastIndexOf('"finish_reason"');
  const comma = sent.lastIndexOf(',', key);
  if (typeof reason !== 'string' || comma < 0 || !isCanonical(messages)) return undefined;
  return { messages, finishReason: reason, system: '', text: `${sent.slice(0, comma)}}]` };
}

/**
 * OpenInference's spelt-out messages leave out the items of OpenAI's Responses API that have no role, tool calls and
 * their results; the request itself has them.
 */
function completed(spelt: ReadMessages, values: Values): ReadMessages {
  const request = values.peek(Concept.input);
  if (typeof request !== 'string' || !request.includes('"function_call')) return spelt;
  const whole = readMessages(request, 'user');
  return whole.messages.length > spelt.messages.length ? whole : spelt;
}

/** The Vercel SDK before version 7. */
function textAndCalls(text: string, calls: unknown): ReadMessages {
  const list = typeof calls === 'string' ? parseJson(calls) : calls;
  const blocks = Array.isArray(list) ? list.filter(isObject).map((call) => ({ type: 'tool-call', ...call })) : [];
  const parts = [...partsOf(text), ...blocks.flatMap((block) => partsOf([{ ...block, type: 'tool-call' }]))];
  return { messages: parts.length > 0 ? [{ role: 'assistant', parts }] : [], finishReason: '', system: '' };
}

function systemText(values: Values): string {
  const sent = values.take(Concept.systemInstructions);
  if (sent === undefined) return '';
  const value = typeof sent === 'string' ? (parseJson(sent) ?? sent) : sent;
  return typeof value === 'string' ? value : instructionsText(partsOf(value));
}

/** Takes leading system messages out of the input: OpenTelemetry's conventions keep them apart, others do not. */
function separateSystem(input: Source, known: string): string {
  const first = input.messages.findIndex((message) => message.role !== 'system');
  const count = first < 0 ? input.messages.length : first;
  if (count === 0) return known;
  const leading = input.messages.slice(0, count).map((message) => instructionsText(message.parts));
  input.messages = input.messages.slice(count);
  input.text = undefined;
  const text = leading.join('\n');
  return known === '' || known === text ? text : `${known}\n${text}`;
}

// The raw request and response say again what the messages say
function representGenericPayload(values: Values, input: Source | undefined, output: Source | undefined): void {
  if (input && input.messages.length > 0) {
    values.take(Concept.input);
    values.take(Concept.inputMime);
  }
  if (output && output.messages.length > 0) {
    values.take(Concept.output);
    values.take(Concept.outputMime);
  }
}

/** Several choices have several reasons: the first stands for the span. */
function statedFinishReason(values: Values): string {
  const sent = values.take(Concept.finishReason);
  if (sent === undefined) return '';
  const value = typeof sent === 'string' ? (parseJson(sent) ?? sent) : sent;
  const reason = Array.isArray(value) ? value[0] : value;
  return typeof reason === 'string' ? reason : toJson(reason);
}

const MENTIONS_REASON = /"(?:finish|stop)_?[rR]eason"/;

/** A raw response beside spelt-out messages may be the only place that states the reason. */
function finishReasonBeside(values: Values, kind: Span['kind']): string {
  const response = kind === 'llm' ? values.peek(Concept.output) : undefined;
  if (response === undefined) return '';
  const text = asText(response);
  return MENTIONS_REASON.test(text) ? readMessages(text, 'assistant').finishReason : '';
}

function endsInToolCall(output: Source | undefined): boolean {
  return output?.messages.at(-1)?.parts.at(-1)?.type === 'tool_call';
}

function messagesText(
  field: 'inputMessages' | 'outputMessages',
  read: Source | undefined,
  cap: number,
  cuts: Cuts,
): string {
  if (!read) return '';
  const text = read.text ?? (read.messages.length === 0 ? '' : messagesJson(read.messages));
  if (text.length <= cap) return text.isWellFormed() ? text : text.toWellFormed();
  cuts.note(field, text);
  return fitLast(read.messages, cap);
}

function messagesJson(messages: readonly Message[]): string {
  try {
    return JSON.stringify(messages);
  } catch {
    return toJson(messages);
  }
}
