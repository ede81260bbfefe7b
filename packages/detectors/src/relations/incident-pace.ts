import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { isOperation } from './operation.ts';

/** Steps up to which every step that matters is looked at; in longer runs every sixteenth, failures or not. */
const EVERY_STEP_UP_TO = 256;

/**
 * Whether the run's incidents may have changed with this step: something failed before or now, and the step is one that
 * fails, acts or speaks, or the root. In very long runs only every sixteenth step is a cause to look, which bounds the work.
 */
export function isDue(step: Step, run: RunView): boolean {
  if (run.troubles === 0) return false;
  if (step === run.root) return true;
  if (!isOperation(step) && !isFailure(step) && run.childrenOf(step.spanId).length === 0) return false;
  return step.index < EVERY_STEP_UP_TO || step.index % 16 === 0;
}
