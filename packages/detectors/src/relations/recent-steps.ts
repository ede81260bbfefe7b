import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { TICK } from './operation.ts';

/** Steps looked back on: what has to do with a step was released not long before it, or it came very late. */
const MOST_RECENT = 128;

/**
 * Of the steps released last those that had ended when another began, the one that ended last first. It costs the same however long the
 * run is, and whether or not the clocks of its services agree.
 */
export function endedBefore(step: Step, run: RunView, wanted: (before: Step) => boolean): Step[] {
  return recentSteps(
    run,
    (before) => before !== step && run.endOf(before) <= run.startOf(step) + TICK && wanted(before),
  );
}

/** Of the steps released last those that are wanted, the one that ended last first. */
export function recentSteps(run: RunView, wanted: (step: Step) => boolean): Step[] {
  const found: Step[] = [];
  const { steps } = run;
  for (let i = steps.length - 1; i >= Math.max(0, steps.length - MOST_RECENT); i--) {
    const step = steps[i] as Step;
    if (wanted(step)) found.push(step);
  }
  return found.sort((a, b) => run.endOf(b) - run.endOf(a) || (a.spanId < b.spanId ? -1 : 1));
}

/** Few steps are released before one that had ended long before them. */
const MOST_LATE = 48;

/** The step itself and those that began after it had ended though they were released before it: none where it came in time. */
export function itselfAndLater(step: Step, run: RunView, wanted: (later: Step) => boolean): Step[] {
  const { steps } = run;
  const found: Step[] = wanted(step) ? [step] : [];
  const end = run.endOf(step) - TICK;
  for (let i = steps.length - 1; i >= Math.max(0, steps.length - MOST_LATE); i--) {
    const later = steps[i] as Step;
    if (later !== step && run.startOf(later) >= end && wanted(later)) found.push(later);
  }
  return found;
}
