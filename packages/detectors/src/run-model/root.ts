import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { encloses } from '../relations/enclosure.ts';

/**
 * A step whose parent may be outside of what is exported here (an HTTP server that another backend observes), and above
 * all that was seen: it is taken for the root until a later span refutes it.
 */
function isTop(step: Step, run: RunView): boolean {
  // The exporter says that the parent is in the same process: its span is still to come.
  if (step.remoteParent === false || run.parentOf(step)) return false;
  if (step.remoteParent === null && step.kind !== 'agent') return false;
  return run.steps.every((other) => encloses(step.spanId, other, run));
}

/**
 * Whether a step that was just added is the run's root: it has no parent, or is the top of all that was seen.
 *
 * @param assumed the present root is itself only an assumption
 */
export function isRootOf(step: Step, run: RunView, assumed: boolean): boolean {
  const root = run.root;
  if (step.parentSpanId === '') {
    // Two parentless spans in one trace: the one that began first.
    return !root || assumed || step.start < root.start;
  }
  return (!root || assumed) && isTop(step, run);
}
