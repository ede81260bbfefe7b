import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { isOperation } from './operation.ts';

/** Steps up to which every step that matters is looked at; in longer runs every sixteenth, failures or not. */
const EVERY_STEP_UP_TO = 256;
const EVERY = 16;
/** Failures that are followed at a time, at most; see `incidentsOf`. */
const MOST_FOLLOWED = 64;
/** Failures times steps that a look may go over with every step, and the further ones for each step that it waits. */
const FREE_PAIRS = 2_048;
const PAIRS_PER_STEP = 512;

/** Steps from one look at the run's incidents to the next. */
function stride(step: Step, run: RunView): number {
  const pairs = Math.min(run.troubles, MOST_FOLLOWED) * run.steps.length;
  return Math.max(step.index < EVERY_STEP_UP_TO ? 1 : EVERY, Math.ceil((pairs - FREE_PAIRS) / PAIRS_PER_STEP));
}

/**
 * Whether the run's incidents may have changed with this step: something failed before or now, and the step is one that
 * fails, acts or speaks, or the root. In runs that are very long, or full of failures, only some steps are a cause to look,
 * so that a step costs no more there than in others; a run's end looks in any case.
 */
export function isDue(step: Step, run: RunView): boolean {
  if (run.troubles === 0) return false;
  if (step === run.root) return true;
  if (!isOperation(step) && !isFailure(step) && run.childrenOf(step.spanId).length === 0) return false;
  return step.index % stride(step, run) === 0;
}
