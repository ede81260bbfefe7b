import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { agentKey } from '../reading/agent-key.ts';
import { remembered } from '../reading/remembered.ts';
import { isCall } from './calls.ts';

/** An inference or a call: what takes time and money. */
export const isWork = (step: Step): boolean => step.kind === 'llm' || isCall(step);

/** Whether a tool, by its name, waits for a person or for time to pass: that is no work. */
export type IsWaiting = (tool: string) => boolean;

/** @param waiting matches names in snake case */
export const waitingTools = (waiting: RegExp): IsWaiting => remembered((tool) => waiting.test(agentKey(tool)));

/** Work that other work is done within is told by that. */
const isWithin = (step: Step, run: RunView): boolean =>
  run.childrenOf(step.spanId).some((child) => isWork(child) || child.kind === 'agent' || child.kind === 'handoff');

/**
 * Goes over the time in which anything of the run was under way, from its beginning: each piece of work that adds to it, and the
 * microseconds so far. What runs at one time counts once; pauses between turns, and waiting for a person, do not.
 */
export function* activeTime(run: RunView, isWaiting: IsWaiting): Generator<readonly [step: Step, soFar: number]> {
  let until = Number.NEGATIVE_INFINITY;
  let soFar = 0;
  for (const step of run.chronological()) {
    if (!isWork(step) || isWithin(step, run)) continue;
    if (step.kind !== 'llm' && isWaiting(step.tool || step.name)) continue;
    const end = run.endOf(step);
    if (end <= until) continue;
    soFar += end - Math.max(until, run.startOf(step));
    until = end;
    yield [step, soFar];
  }
}

/** Microseconds of `activeTime` in all. */
export function activeTimeOf(run: RunView, isWaiting: IsWaiting): number {
  let all = 0;
  for (const [, soFar] of activeTime(run, isWaiting)) all = soFar;
  return all;
}
