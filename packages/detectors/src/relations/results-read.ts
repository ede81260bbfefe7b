import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import type { Claim } from './claims.ts';
import { isToolLike, sameAgent } from './operation.ts';
import { recentSteps } from './recent-steps.ts';

/** A result that says otherwise than a model's output. */
export interface Contradiction {
  /** The call whose result it is. */
  source: Step;
  field: string;
  /** What it says, in normal form. */
  stated: string;
  /** The claim is written nearly like it. */
  isNear: boolean;
}

const wasRead = (step: Step, inference: Step, run: RunView): boolean =>
  step.stated !== '' && isToolLike(step) && run.endOf(step) <= run.endOf(inference);

/** Results that an inference's agent could read, the latest first. */
export const resultsBefore = (inference: Step, run: RunView, most: number): Step[] =>
  recentSteps(run, (step) => wasRead(step, inference, run) && sameAgent(step, inference, run)).slice(0, most);

/** Results that any agent of the run could read before an inference, the latest first. */
export const allResultsBefore = (inference: Step, run: RunView, most: number): Step[] =>
  recentSteps(run, (step) => wasRead(step, inference, run)).slice(0, most);

/** Results that other agents read before an inference, the latest first: work that is handed over to them is none. */
export const othersResultsBefore = (inference: Step, run: RunView, most: number): Step[] =>
  recentSteps(
    run,
    (step) =>
      wasRead(step, inference, run) &&
      step.kind !== 'handoff' &&
      step.handoffTo === '' &&
      !sameAgent(step, inference, run),
  ).slice(0, most);

/** Fields that any call sets as it likes, and bounds, which nothing has to reach. */
export const isOwnChoice = (field: string): boolean => OWN_CHOICE.test(field) || BOUND.test(field);

const OWN_CHOICE =
  /(?:^|_)(?:limit|max\w*|min\w*|most|least|top_\w+|page\w*|offset|size|count|budget|timeout\w*|seed|threshold|port|version|quantity|year)$/;
const BOUND = /^(?:max|maximum|min|minimum|most|least|up_to|at_most|at_least)_/;

/** A number of another size is mostly of another thing. */
const MOST_TIMES = 2.5;

export const isOfSize = (value: string, { value: claimed }: Claim): boolean => {
  const times = Number(value) / Number(claimed.text);
  return times <= MOST_TIMES && times >= 1 / MOST_TIMES;
};

/** Of like size, or with the point moved by one. */
export const isLike = (value: string, claim: Claim): boolean =>
  isOfSize(value, claim) || isTenfold(value, claim.value.text);

export const significant = (number: string): string => number.replace(/\D/g, '').replace(/^0+|0+$/g, '');

const LEAST_APART = 0.05;

/** Nearly the same number, as one that was rounded is. */
export const isRounding = (a: number, b: number): boolean => Math.abs(a - b) < LEAST_APART * Math.abs(a);

const LEAST_SIGNIFICANT = 3;
const LEAST_DIGITS = 5;
const NEARLY = 0.005;

const tellsOfTenth = (number: string): boolean =>
  significant(number).length >= LEAST_SIGNIFICANT || number.replace(/\D/g, '').length >= LEAST_DIGITS;

/** Ten times, or a tenth, as of a point that moved by one; the digits that went with it may have been rounded. */
export function isTenfold(a: string, b: string): boolean {
  const [least = 0, most = 0] = [Number(a), Number(b)].toSorted((one, other) => Math.abs(one) - Math.abs(other));
  if (!tellsOfTenth(a) && !tellsOfTenth(b)) return false;
  return Math.abs((10 * least) / most - 1) < NEARLY || (Number.isInteger(least) && Math.round(most / 10) === least);
}
