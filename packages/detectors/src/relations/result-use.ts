import type { Span } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { answerIn, messagesOf, textOf } from '../reading/messages.ts';
import { statedValues } from '../reading/stated-values.ts';
import { allFacts, isCutStatement, states } from '../reading/statement.ts';
import { isAct, isCall } from './calls.ts';
import { isLookup } from './error-nature.ts';
import { follows } from './operation.ts';

/** Lookups of a run that are looked at. */
const MOST_LOOKUPS = 16;
/** Steps back from an answer among which they are looked for. */
const WINDOW = 64;
const MOST_VALUES = 32;
/** Shorter numbers, and shorter words, stand in many texts by chance. */
const LEAST_DIGITS = 3;
const LEAST_LETTERS = 4;

const FLAG = /^(?:true|false|yes|no)$/;
const NUMBER = /^[+-]?[\d.]+$/;

/** What its result states and its call did not; undefined where that is a decision, which is used without being repeated. */
export function newValues({ given, stated }: Step): string[] | undefined {
  const values = new Set<string>();
  for (const { value } of allFacts(stated)) {
    if (FLAG.test(value)) return undefined;
    if (values.size >= MOST_VALUES || states(given, value)) continue;
    if (NUMBER.test(value) ? value.replace(/\D/g, '').length >= LEAST_DIGITS : value.length >= LEAST_LETTERS)
      values.add(value);
  }
  return [...values];
}

/** A lookup whose result can be recognised where it is used. */
const isObservable = (step: Step): boolean =>
  isCall(step) && step.tool !== '' && step.stated !== '' && !isFailure(step) && isLookup(step);

/** The latest lookups before an answer that are asked for. */
function lookupsBefore(answer: Step, run: RunView, isOfInterest: (lookup: Step) => boolean): Step[] {
  const lookups: Step[] = [];
  const { steps } = run;
  for (let i = steps.length - 1; i >= Math.max(0, steps.length - WINDOW) && lookups.length < MOST_LOOKUPS; i--) {
    const step = steps[i] as Step;
    if (step !== answer && isObservable(step) && isOfInterest(step)) lookups.push(step);
  }
  return lookups;
}

/** A word of the text begins with this one, as `jackets` does with `jacket`; where words are not set apart, it stands in it. */
function hasWord(text: string, word: string): boolean {
  const isSetApart = SET_APART.test(word[0] ?? '');
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!isSetApart || !SET_APART.test(text[at - 1] ?? '')) return true;
  return false;
}

const SET_APART = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/u;

/**
 * Those of the calls of whose results a text repeats something.
 *
 * @param isKnown whether a word, in lower case, was known otherwise: it is no sign of the call's result
 */
export function repeatedIn(
  text: string,
  calls: readonly Step[],
  isKnown: (word: string, call: Step) => boolean = () => false,
): Step[] {
  const words = text.toLowerCase();
  const values = new Set(statedValues(text).map(({ text }) => text));
  const isSaid = (value: string, call: Step): boolean =>
    values.has(value) || (!NUMBER.test(value) && hasWord(words, value) && !isKnown(value, call));
  return calls.filter((call) => newValues(call)?.some((value) => isSaid(value, call)));
}

/** A later call or handoff takes one of these values of a call's result. */
export const isTakenOn = (call: Step, values: readonly string[], run: RunView): boolean =>
  run.steps.some(
    (step) => isAct(step) && follows(step, call, run) && values.some((value) => states(step.given, value)),
  );

/** What users and the system say in an inference's input, in lower case. */
const saidTo = ({ inputMessages }: Span): string =>
  messagesOf(inputMessages)
    .filter(({ role }) => role === 'user' || role === 'system')
    .map(textOf)
    .join('\n')
    .toLowerCase();

/** A word stands in what earlier calls were given or told. */
const isToldBefore = (word: string, call: Step, run: RunView): boolean =>
  run.steps.some(
    (step) =>
      step !== call &&
      isAct(step) &&
      run.endOf(step) <= run.startOf(call) &&
      (hasWord(step.given, word) || hasWord(step.stated, word)),
  );

/**
 * Span ids of the lookups whose results an answer repeats something of. A word that the user has said, or an earlier call, is no
 * sign of it: `rain` of a forecast stands in the `rain jacket` that was asked for.
 */
export function usedInAnswer(
  answer: Step,
  span: Span,
  run: RunView,
  isOfInterest: (lookup: Step) => boolean,
): string[] {
  const lookups = lookupsBefore(answer, run, isOfInterest);
  if (lookups.length === 0) return [];
  let said: string | undefined;
  const isKnown = (word: string, call: Step): boolean => {
    said ??= saidTo(span);
    return hasWord(said, word) || isToldBefore(word, call, run);
  };
  return repeatedIn(answerIn(span), lookups, isKnown).map(({ spanId }) => spanId);
}

/**
 * The lookups of a run that are asked for, and whether anything of their results was used later: repeated in an answer, or in the arguments of a later
 * call or handoff. Those of which that cannot be told are left out; a decision (`eligible: true`) counts as used.
 *
 * @param answered span ids of those that an answer repeated
 */
export function usesOf(
  run: RunView,
  answered: readonly string[],
  isOfInterest: (lookup: Step) => boolean,
): { lookup: Step; isUsed: boolean }[] {
  const uses: { lookup: Step; isUsed: boolean }[] = [];
  for (const lookup of run.steps) {
    if (uses.length >= MOST_LOOKUPS) break;
    if (!isObservable(lookup) || !isOfInterest(lookup)) continue;
    const values = newValues(lookup);
    if (values?.length === 0) continue;
    const isUsed =
      values === undefined ||
      isCutStatement(lookup.stated) ||
      answered.includes(lookup.spanId) ||
      isTakenOn(lookup, values, run);
    uses.push({ lookup, isUsed });
  }
  return uses;
}
