import { hash64 } from '../identity-hash.ts';
import { canonicalJson } from './canonical-json.ts';
import { messagesOf } from './messages.ts';

/** A tool call that a model asked for in its output. */
export interface RequestedCall {
  id: string;
  name: string;
  /** Its arguments are JSON, or there are none. */
  parses: boolean;
  /**
   * `requestKey` of a tool step with these arguments; empty when they do not parse. Also beside an id, which ties them better:
   * OpenAI Agents and smolagents have ids in their messages only, and spans of calls that say not which one they are.
   */
  argumentsDigest: string;
}

const NONE: RequestedCall[] = [];
const MOST = 32;

const UNPARSED = Symbol('unparsed');

function parsed(given: unknown): unknown {
  if (typeof given !== 'string') return given ?? {};
  try {
    return JSON.parse(given);
  } catch {
    return UNPARSED;
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * The tool calls in an inference's output, at most 32, in order. Text that is no list of messages has none.
 *
 * @param outputMessages as on the Span: `[{role, parts:[…]}]`
 */
export function requestedCallsOf(outputMessages: string): RequestedCall[] {
  if (!outputMessages.includes('"tool_call"')) return NONE;
  const calls: RequestedCall[] = [];
  for (const message of messagesOf(outputMessages)) {
    for (const part of message.parts) {
      if (part?.type !== 'tool_call' || calls.length >= MOST) continue;
      const name = text(part.name);
      const id = text(part.id);
      const given = parsed(part.arguments);
      const parses = given !== UNPARSED;
      const argumentsDigest = parses ? hash64(`${name} ${canonicalJson(given)}`) : '';
      calls.push({ id, name, parses, argumentsDigest });
    }
  }
  return calls;
}
