import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { isCall, isInnermost } from '../relations/calls.ts';
import { tokenOf } from './loop-acts.ts';

/** Calls that brought nothing, and the inferences that asked for nothing else. */
export interface InVain {
  /** By start. */
  readonly calls: readonly Step[];
  readonly inferences: readonly Step[];
}

/** The calls of a run that failed, or repeated an earlier one with its very result. */
export function callsInVain(run: RunView): InVain {
  const calls: Step[] = [];
  const made = new Set<string>();
  const asked = new Map<Step, number>();
  for (const step of run.chronological()) {
    if (!isCall(step) || !isInnermost(step, run)) continue;
    const token = tokenOf(step);
    const isNew = !made.has(token);
    made.add(token);
    if (isNew && !isFailure(step)) continue;
    calls.push(step);
    const requester = run.requesterOf(step);
    if (requester) asked.set(requester, (asked.get(requester) ?? 0) + 1);
  }
  const inferences = [...asked].filter(([inference, count]) => count >= inference.requestedCalls.length);
  return { calls, inferences: inferences.map(([inference]) => inference) };
}
