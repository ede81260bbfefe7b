import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { agreeInFields } from '../reading/agreeing-fields.ts';
import { commonValues, sharedValues } from '../reading/argument-values.ts';
import { refusalOf } from '../reading/refusals.ts';
import { encloses } from './enclosure.ts';
import { brokeRule, faultOf, isAction, isLookup, wordsOf } from './error-nature.ts';
import { follows, isToolLike, sameAgent, sameOperation, similarNames } from './operation.ts';

/** What was done about a failure. */
export type Reaction = 'retried_same' | 'retried_changed' | 'other_tool' | 'replanned' | 'gave_up';

/** A call that came of the same request as the failed one, side by side with it, is no reaction to it. */
function askedTogether(a: Step, b: Step, run: RunView): boolean {
  if (!isToolLike(a) || a.argumentsDigest === b.argumentsDigest) return false;
  const asked = run.requesterOf(a);
  return asked !== undefined && asked === run.requesterOf(b);
}

/**
 * A model that is unsure of a tool's form asks for the same thing in two of them at once: both calls say the same wherever they have a
 * field in common, and have most in common. What failed for its form in one is had by the other.
 */
export function saysTheSame(step: Step, failed: Step, run: RunView): boolean {
  if (faultOf(failed) !== 'call' || brokeRule(failed)) return false;
  if (!sameOperation(step, failed, run) || !sameAgent(step, failed, run)) return false;
  return agreeInFields(step.given, failed.given) && askedTogether(step, failed, run);
}

/** Whether `step` tries again what failed in `failed`; its way of doing so. */
export function retryOf(step: Step, failed: Step, run: RunView): Reaction | undefined {
  if (!follows(step, failed, run) || !sameOperation(step, failed, run)) return undefined;
  if (!isToolLike(step))
    return step.kind !== 'step' || step.parentSpanId === failed.parentSpanId ? 'retried_same' : undefined;
  if (step.argumentsDigest === failed.argumentsDigest) return 'retried_same';
  // Other arguments: a correction where most of them stayed, or where the call was at fault; else a call of its own. An action
  // that broke a rule is not corrected by one on something else.
  const mayBeCorrected = faultOf(failed) === 'call' && (isLookup(failed) || !brokeRule(failed));
  const corrects = sharedValues(step.argumentValues, failed.argumentValues) >= 0.5 || mayBeCorrected;
  return corrects && !askedTogether(step, failed, run) ? 'retried_changed' : undefined;
}

/**
 * Another tool for the same need: it looks up what could not be looked up, or does what could not be done, which shows in
 * its name or in the values it takes. One identifier in common says only that both are about one thing: it takes the very
 * same arguments and a model that speaks of the trouble. An action after a failed lookup goes on as if nothing had happened:
 * no stand-in. Where there was no such tool, its name says nothing, and the next call with its arguments is what was meant.
 *
 * @param isNext no other tool was called in between
 */
export function standsIn(step: Step, failed: Step, run: RunView, isNext: boolean): boolean {
  if (!isToolLike(step) || !isToolLike(failed) || step.kind === 'handoff') return false;
  if (!follows(step, failed, run) || sameOperation(step, failed, run) || isFailure(step)) return false;
  if (!sameAgent(step, failed, run) || askedTogether(step, failed, run)) return false;
  if (encloses(step.spanId, failed, run)) return false;
  const common = commonValues(step.argumentValues, failed.argumentValues);
  const shared = sharedValues(step.argumentValues, failed.argumentValues);
  if (isNext && shared >= 0.5 && refusalOf(failed.errorType, wordsOf(failed)) === 'unoffered_tool') return true;
  if (isLookup(failed) === isLookup(step)) {
    if (similarNames(step, failed)) return true;
    if (shared >= 0.5 && common > 1) return true;
  }
  const isOfAnotherNature = (isLookup(failed) && isAction(step)) || (isAction(failed) && isLookup(step));
  return !isOfAnotherNature && shared === 1 && run.requesterOf(step)?.said === 'trouble';
}
