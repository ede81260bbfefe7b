import type { Span } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { type Claim, claimsOf } from './claims.ts';
import { encloses } from './enclosure.ts';
import { isGiven, knownAt } from './given-before.ts';
import { isToolLike } from './operation.ts';
import { recentSteps } from './recent-steps.ts';

/** Claims that nothing gave so far, the first ones of a run: state of the patterns that judge them. */
export interface OpenClaims {
  claims: Claim[];
}

const MOST_OPEN = 24;

/**
 * Takes in the claims of an inference that nothing was seen to give.
 *
 * @param wanted whether a claim is one that the pattern judges
 * @returns whether any was added
 */
export function openClaims(
  step: Step,
  span: Span,
  run: RunView,
  state: OpenClaims,
  wanted: (claim: Claim) => boolean,
): boolean {
  let added = false;
  for (const claim of claimsOf(step, span, (made) => isGiven(made, run) === true)) {
    if (state.claims.length >= MOST_OPEN) break;
    if (!wanted(claim) || isGiven(claim, run) !== false) continue;
    state.claims.push(claim);
    added = true;
  }
  return added;
}

/**
 * The claims of which a step may decide anew: those before which it was known though it came late, and those that are arguments of
 * the call it is. Most steps are of none.
 */
export function claimsConcerned(step: Step, run: RunView, { claims }: OpenClaims): Claim[] {
  const isSource = step.stated !== '' || step.errorMessage !== '' || step.kind === 'handoff';
  return claims.filter((claim) => {
    if (isToolLike(step) && step.tool === claim.tool) return true;
    const inference = run.stepOf(claim.inference);
    // Whose inference it was shows with the agent around it.
    if (inference && step.kind === 'agent') return encloses(step.spanId, inference, run);
    return inference !== undefined && (inference === step || (isSource && knownAt(step, run) <= run.endOf(inference)));
  });
}

/** The span of the call that a claim is an argument of, once it is seen; for an answer the inference. */
export function callOf(claim: Claim, run: RunView): Step | undefined {
  const inference = run.stepOf(claim.inference);
  if (claim.tool === '' || !inference) return inference;
  const isCallOf = (step: Step): boolean => {
    if (!isToolLike(step) || step.tool !== claim.tool || run.startOf(step) < run.startOf(inference)) return false;
    if (claim.callId !== '' && step.toolCallId !== '') return step.toolCallId === claim.callId;
    return run.requesterOf(step) === inference;
  };
  return recentSteps(run, isCallOf).at(-1);
}
