import type { Span } from '@spanwise/schemas';
import type { Step } from '../detector/step.ts';
import { isIdField } from '../reading/field-names.ts';
import { jsonPayload } from '../reading/json-payload.ts';
import { type Leaf, leavesOf } from '../reading/leaves.ts';
import { messagesOf, textOf } from '../reading/messages.ts';
import { numberOf } from '../reading/near-miss.ts';
import { type NormalValue, sameValue } from '../reading/normal-value.ts';
import { statedValues } from '../reading/stated-values.ts';
import { isScaled, numberAt, unitAt } from '../reading/units.ts';
import { announcedInstead } from './announced.ts';

/**
 * A value that a model put into its output and that nothing in the very input of that inference gives: not what users, tools
 * and the system say there, nor the definitions of the tools. It may have been given earlier; see `isGiven`.
 */
export interface Claim {
  /** Span id of the inference. */
  inference: string;
  /** Id and tool of the call that it is an argument of; both empty for a value in an answer. */
  callId: string;
  tool: string;
  /** As written in the arguments: `customer.order_id`; `answer` where it stands in words. */
  path: string;
  field: string;
  /** As written. */
  written: string;
  value: NormalValue;
  /** Normal forms of the ids beside it, or above it: the things that it may be about. */
  entities: string[];
  /** Of an argument: what tells the thing that the call is about besides its ids, as `field⇥value` in normal form, at most 8. */
  alongside: string[];
  /** Of an argument: what the model's words beside the call have in its place, as `announcedInstead` finds it; else empty. */
  announced: string;
  /** Of a value in words: the words around it, in lower case; else empty. */
  around: string;
  /** Of a number in words: the word of its unit, in lower case, as `eur` of `€ 20` and `20 EUR`; else empty. */
  unit: string;
  /** Normal forms of what else stands in the same words, at most 24. */
  beside: string[];
  /** The instructions that the model works by were captured: constants may come from there. */
  instructed: boolean;
  /** The input repeats the answers of before: it is all that the model was given. */
  whole: boolean;
}

const MOST_CLAIMS = 16;
/** Values with fewer digits say nothing by themselves: counts, small amounts. Identifiers have letters as well. */
const LEAST_DIGITS = 3;
const LEAST_IN_IDENTIFIER = 2;

const isWordCharacter = (unit: number): boolean =>
  (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122) || unit > 191;

const ROLE = '{"role":"';
const ASSISTANT = 'assistant"';

/** The text stands, as a word of its own, in what others than the model say in a payload of messages. */
function standsIn(payload: string, text: string): boolean {
  for (let at = payload.indexOf(text); at >= 0; at = payload.indexOf(text, at + 1)) {
    if (isWordCharacter(payload.charCodeAt(at - 1)) || isWordCharacter(payload.charCodeAt(at + text.length))) continue;
    const role = payload.lastIndexOf(ROLE, at);
    if (role < 0 || !payload.startsWith(ASSISTANT, role + ROLE.length)) return true;
  }
  return false;
}

/** What others than the model say in an inference's input, in normal form. */
function givenValues(span: Span): NormalValue[] {
  const values: NormalValue[] = [];
  for (const message of messagesOf(span.inputMessages)) {
    if (message.role === 'assistant') continue;
    values.push(...statedValues(textOf(message)));
    for (const part of message.parts) {
      if (part?.type !== 'tool_call_response') continue;
      values.push(
        ...statedValues(typeof part.response === 'string' ? part.response : JSON.stringify(part.response ?? '')),
      );
    }
  }
  values.push(...statedValues(span.systemInstructions), ...statedValues(span.toolDefinitions));
  return values;
}

let known: { span: Span; values: NormalValue[] } | undefined;

/** All values in an inference's own input, system instructions and tool definitions; read again only for another span. */
export function ownValues(span: Span): readonly NormalValue[] {
  if (known?.span !== span) known = { span, values: givenValues(span) };
  return known.values;
}

/** The dear part of what an inference was given: all of it in normal form, instructions and definitions included. */
function isInOwnValues(written: string, value: NormalValue, span: Span): boolean {
  if (standsIn(span.systemInstructions, written) || standsIn(span.toolDefinitions, written)) return true;
  const bare = numberOf(value);
  return ownValues(span).some((own) => sameValue(own, value) || own.text === bare);
}

const mayBeClaimed = (value: NormalValue | undefined): boolean =>
  value !== undefined &&
  (value.kind === 'identifier' || value.kind === 'date' || value.kind === 'number') &&
  value.text.replace(/\D/g, '').length >= (value.kind === 'identifier' ? LEAST_IN_IDENTIFIER : LEAST_DIGITS);

const MOST_BESIDE = 24;
const WORDS_BEFORE = 48;
const WORDS_AFTER = 24;

function inWords(
  text: string,
  claim: (path: string, field: string, written: string, value: NormalValue, rest: Partial<Claim>) => void,
): void {
  const values = statedValues(text);
  const beside = values.slice(0, MOST_BESIDE).map((value) => value.text);
  for (const value of values) {
    if (!mayBeClaimed(value) && !(value.kind === 'number' && /\d\d/.test(value.text))) continue;
    const place = value.kind === 'number' ? numberAt(text, value.text) : undefined;
    if (place && isScaled(text, place)) continue;
    const around = place ? text.slice(Math.max(0, place.from - WORDS_BEFORE), place.from + WORDS_AFTER) : '';
    const unit = place ? unitAt(text, place) : '';
    // Of two digits only with a unit: 20 may be of anything, 20 EUR is not.
    if (unit === '' && !mayBeClaimed(value)) continue;
    claim('answer', '', value.text, value, { around: around.toLowerCase(), unit, beside });
  }
}

const MOST_ALONGSIDE = 8;
const LONGEST_ALONGSIDE = 48;

/** What tells the thing that a call is about: names, identifiers and dates beside a value, no numbers and no flags. */
const alongsideIn = (leaves: readonly Leaf[]): string[] =>
  leaves
    .flatMap(({ field, normal }) =>
      normal && /^(?:text|identifier|date)$/.test(normal.kind) && normal.text.length <= LONGEST_ALONGSIDE
        ? [`${field}\t${normal.text}`]
        : [],
    )
    .slice(0, MOST_ALONGSIDE);

function claimsIn(step: Step, span: Span, isKnown: (claim: Claim) => boolean): Claim[] {
  const claims: Claim[] = [];
  const whole = span.inputMessages.includes(`${ROLE}${ASSISTANT}`);
  const instructed = span.systemInstructions !== '' || span.inputMessages.includes(`${ROLE}system"`);
  const seen = new Set<string>();
  const claim = (path: string, field: string, written: string, value: NormalValue, rest: Partial<Claim>) => {
    const key = `${rest.callId ?? ''}\n${path}\n${value.text}`;
    if (claims.length >= MOST_CLAIMS || seen.has(key)) return;
    seen.add(key);
    if (standsIn(span.inputMessages, written)) return;
    const base = {
      inference: step.spanId,
      callId: '',
      tool: '',
      entities: [],
      alongside: [],
      announced: '',
      around: '',
      unit: '',
      beside: [],
      instructed,
      whole,
    };
    const made: Claim = { ...base, path, field, written, value, ...rest };
    if (!isKnown(made) && !isInOwnValues(written, value, span)) claims.push(made);
  };
  const read = (payload: unknown, rest: Partial<Claim>, words = '') => {
    const { leaves } = leavesOf(payload);
    const ids = leaves.flatMap(({ field, normal }) => (normal && isIdField(field) ? [normal.text] : []));
    const alongside = rest.callId === undefined ? [] : alongsideIn(leaves);
    for (const { path, field, value, normal, entity } of leaves) {
      if (!normal || !mayBeClaimed(normal)) continue;
      const entities = [...new Set(entity === '' ? ids : [entity, ...ids])].filter((id) => id !== normal.text);
      const announced = announcedInstead(words, field, normal);
      claim(path, field, String(value), normal, { entities: entities.slice(0, 4), alongside, announced, ...rest });
    }
  };
  for (const message of messagesOf(span.outputMessages)) {
    const text = textOf(message);
    for (const part of message.parts) {
      if (part?.type !== 'tool_call') continue;
      const args = typeof part.arguments === 'string' ? jsonPayload(part.arguments) : part.arguments;
      read(args, { callId: String(part.id ?? ''), tool: String(part.name ?? '') }, text);
    }
    const structured = jsonPayload(text);
    if (typeof structured === 'object' && structured !== null) read(structured, {});
    else inWords(text, claim);
  }
  return claims;
}

let latest: { span: Span; claims: Claim[] } | undefined;

/**
 * The claims of an inference, at most 16; none where its input or output was not captured.
 *
 * @param isKnown whether something before gives it, which is cheaper to say than whether all of its own input does
 */
export function claimsOf(step: Step, span: Span, isKnown: (claim: Claim) => boolean): readonly Claim[] {
  if (step.kind !== 'llm' || span.inputMessages === '' || span.outputMessages === '') return [];
  if (latest?.span !== span) latest = { span, claims: claimsIn(step, span, isKnown) };
  return latest.claims;
}
