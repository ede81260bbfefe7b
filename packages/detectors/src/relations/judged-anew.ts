import type { Reporter } from '../detector/detector.ts';
import type { RunView } from '../detector/run-view.ts';

/**
 * Withdraws what was told when all was judged last and is not true any more. Of a step that the run has forgotten the finding
 * stays: nothing speaks against it.
 *
 * @param state of the detector: the span ids of its findings, brought up to date
 * @param told span ids of what is found now
 */
export function withdrawUntrue(state: { told: string[] }, told: string[], run: RunView, reporter: Reporter): void {
  for (const spanId of state.told) if (!told.includes(spanId) && run.stepOf(spanId)) reporter.withdraw(spanId);
  state.told = told;
}
