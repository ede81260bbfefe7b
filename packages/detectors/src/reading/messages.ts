import type { Span } from '@spanwise/schemas';

/** A message part in the form of `Span.inputMessages`. */
export interface Part {
  type?: unknown;
  content?: unknown;
  id?: unknown;
  name?: unknown;
  arguments?: unknown;
  response?: unknown;
}

export interface Message {
  role: string;
  parts: Part[];
}

const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && 'role' in value && 'parts' in value && Array.isArray(value.parts);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const NONE: readonly Message[] = [];
let parsed: { text: string; messages: readonly Message[] } = { text: '', messages: NONE };
let parsedBefore = parsed;

/**
 * The messages of a payload field; none where it holds something else. The last two results are kept, since several detectors
 * read the same payload in turn.
 */
export function messagesOf(text: string): readonly Message[] {
  if (text === '') return NONE;
  if (text === parsed.text) return parsed.messages;
  if (text === parsedBefore.text) return parsedBefore.messages;
  parsedBefore = parsed;
  const value = parse(text);
  parsed = { text, messages: Array.isArray(value) ? value.filter(isMessage) : NONE };
  return parsed.messages;
}

let last: { text: string; message: Message | undefined } = { text: '', message: undefined };

/** The last message of a payload field, without parsing those before it. */
export function lastMessageOf(text: string): Message | undefined {
  if (text !== last.text) last = { text, message: parseLast(text) };
  return last.message;
}

function parseLast(text: string): Message | undefined {
  const end = text.lastIndexOf(']');
  for (let at = text.lastIndexOf('{"role":', end); at >= 0; at = at > 0 ? text.lastIndexOf('{"role":', at - 1) : -1) {
    const value = parse(text.slice(at, end));
    if (isMessage(value)) return value;
  }
  return undefined;
}

/** The text that was said in a message, without reasoning and calls. */
export function textOf(message: Message): string {
  let text = '';
  for (const part of message.parts) {
    if (part?.type === 'text' && typeof part.content === 'string')
      text += text === '' ? part.content : `\n${part.content}`;
  }
  return text;
}

/** The text with which an inference answers; empty without one. */
export const answerIn = (span: Span): string => messagesOf(span.outputMessages).map(textOf).join('\n');

/** What a message says and returns, without the ids of calls, which differ where nothing else does. */
export function substanceOf(message: Message): string {
  let substance = '';
  for (const part of message.parts) {
    if (part?.type === 'text') substance += String(part.content);
    else if (part) substance += JSON.stringify({ ...part, id: undefined });
    substance += '\n';
  }
  return substance;
}

/** The field was cut by ingest: what is missing from it may have been there. */
export const wasCut = (span: { cut: readonly { field: string }[] }, field: string): boolean =>
  span.cut.length > 0 && span.cut.some((cut) => cut.field === field);
