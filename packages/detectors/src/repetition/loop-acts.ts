import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { byStartIn, isAct, isInnermost, sameCall } from '../relations/calls.ts';
import type { Cycle } from './cycles.ts';
import { type Spoken, startOfTurn } from './turns.ts';

/** Steps looked back at, and the most acts among them. */
const WINDOW_STEPS = 256;
const WINDOW_ACTS = 64;

/** Equal for steps that do the same with the same outcome; unique where it is not known with what. */
export function tokenOf(step: Step): string {
  if (step.kind === 'handoff') {
    return `handoff ${step.handoffFrom} ${step.handoffTo || step.tool} ${step.argumentsDigest}`;
  }
  if (step.argumentsDigest === '') return step.spanId;
  return `${step.tool} ${step.argumentsDigest} ${isFailure(step) ? '!' : ''}${step.resultDigest}`;
}

/** Cheap: whether one of the latest steps has the same token. */
export function occurredBefore(step: Step, run: RunView): boolean {
  // Without arguments the token of a call is its own.
  if (step.argumentsDigest === '' && step.kind !== 'handoff') return false;
  const alike = run.sameArguments(step);
  for (let i = alike.length - 1; i >= 0; i--) {
    const other = alike[i] as Step;
    if (step.index - other.index >= WINDOW_STEPS) return false;
    if (other === step || other.kind !== step.kind) continue;
    if (step.kind === 'handoff' ? other.handoffTo === step.handoffTo : other.resultDigest === step.resultDigest) {
      return true;
    }
  }
  return false;
}

export interface Acts {
  /** By start. */
  list: Step[];
  /** All acts of the turn are there; otherwise the latest only. */
  whole: boolean;
}

/** Calls and handoffs since the current turn of the user began. */
export function recentActs(run: RunView, turn: string): Acts {
  const list: Step[] = [];
  const turnStart = startOfTurn(turn, run);
  const oldest = Math.max(0, run.steps.length - WINDOW_STEPS);
  let i = run.steps.length - 1;
  for (; i >= oldest && list.length < WINDOW_ACTS; i--) {
    const step = run.steps[i];
    if (!step || !isAct(step) || run.startOf(step) < turnStart) continue;
    if (step.kind === 'handoff' || isInnermost(step, run)) list.push(step);
  }
  return { list: list.sort(byStartIn(run)), whole: i < 0 && run.droppedSteps === 0 };
}

/** The repetition is no retrying, no polling that got on, and no exchange that says something new. */
export function isWithoutProgress(
  acts: readonly Step[],
  cycle: Cycle,
  run: RunView,
  spoken: readonly Spoken[],
): boolean {
  const once = acts.slice(cycle.from, cycle.from + cycle.period);
  if (once.some(isFailure)) return false;
  const [next, expected] = [acts[cycle.to], acts[cycle.to - cycle.period]];
  const movedOn = next && expected && sameCall(next, expected) && next.resultDigest !== expected.resultDigest;
  if (movedOn && !isFailure(next)) return false;
  const [first, last] = [acts[cycle.from], acts[cycle.to - 1]];
  if (!first || !last || once.some((act) => act.kind !== 'handoff' || act.argumentsDigest !== '')) return true;
  const said = spoken.filter(([index]) => {
    const step = run.steps[index - run.droppedSteps];
    return step && run.startOf(step) >= run.startOf(first) && run.startOf(step) <= run.endOf(last);
  });
  return new Set(said.map(([, output]) => output)).size <= cycle.period;
}
