import type { Span } from '@spanwise/schemas';
import { messagesOf, type Part } from './messages.ts';

/** The parts of an inference's output that ask for calls, in order: those of `requestedCallsOf`, and what is beyond its bound. */
export function requestedParts(span: Span): Part[] {
  const parts: Part[] = [];
  for (const message of messagesOf(span.outputMessages)) {
    for (const part of message.parts) if (part?.type === 'tool_call') parts.push(part);
  }
  return parts;
}

/** The arguments of such a part; undefined where they do not parse or were left out. */
export function argumentsOf(part: Part | undefined): unknown {
  const given = part?.arguments;
  if (typeof given !== 'string') return given ?? undefined;
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
}
