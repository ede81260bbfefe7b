import { jsonPayload } from './json-payload.ts';
import { jsonText } from './json-text.ts';

const FENCE = /^```(?:json)?[ \t]*\r?\n\s*(?=[{[])/i;

/** What there is to parse of an answer: itself, or what stands in the fence that it begins with. */
export function bodyOf(answer: string): { body: string; isFenced: boolean } {
  const trimmed = answer.trim();
  const [fence = ''] = FENCE.exec(trimmed) ?? [];
  return { body: trimmed.slice(fence.length), isFenced: fence !== '' };
}

/** The JSON that an answer is, or begins with; undefined where it is none. */
export function answerIn(answer: string): unknown {
  const { body } = bodyOf(answer);
  const read = jsonText(body);
  return read.form === 'complete' ? jsonPayload(body.slice(0, read.end)) : undefined;
}

/** A text that begins as JSON. */
export const BEGINS_AS_JSON = /^(?:\{\s*(?:\}|"(?:[^"\\]|\\.)*(?:"\s*:|$))|\[\s*(?:"|\{\s*"))/;
/** A language's own rendering of an object or a list: `{'id': 1}`, `['a']`, `[{'id': 1}]`. */
export const LANGUAGE_REPR = /^(?:\[\s*)?\{?\s*'/;
/** What stands at the break of an example or a template: no attempt at JSON. */
export const ILLUSTRATES = /^\s*(?:\.\.\.|…|\/\/|\/\*|#|<|\$\{|\{\{|\{%)/;
/** A text that says of itself that it was cut. */
export const SAYS_CUT = /(?:\.\.\.|…|[[<(]truncated[\])>]?)\s*$/i;

/** A length at which limits are set: SDKs cut texts there without a word. */
export const isRound = (length: number): boolean => length >= 100 && (length % 100 === 0 || length % 128 === 0);
