import type { Span } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { answerIn } from '../reading/messages.ts';
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

/** Those of the calls of whose results a text repeats something. */
export function repeatedIn(text: string, calls: readonly Step[]): Step[] {
  const words = text.toLowerCase();
  const values = new Set(statedValues(text).map(({ text }) => text));
  const isSaid = (value: string): boolean => values.has(value) || (!NUMBER.test(value) && words.includes(value));
  return calls.filter((call) => newValues(call)?.some(isSaid));
}

/** A later call or handoff takes one of these values of a call's result. */
export const isTakenOn = (call: Step, values: readonly string[], run: RunView): boolean =>
  run.steps.some(
    (step) => isAct(step) && follows(step, call, run) && values.some((value) => states(step.given, value)),
  );

/** Span ids of the lookups whose results an answer repeats something of. */
export function usedInAnswer(
  answer: Step,
  span: Span,
  run: RunView,
  isOfInterest: (lookup: Step) => boolean,
): string[] {
  const lookups = lookupsBefore(answer, run, isOfInterest);
  if (lookups.length === 0) return [];
  return repeatedIn(answerIn(span), lookups).map(({ spanId }) => spanId);
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
