import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';

const isWork = (step: Step): boolean => step.kind === 'llm' || step.kind === 'tool' || step.kind === 'agent';

/**
 * The span with which the run as a whole failed: its root; or, where an instrumentation leaves the root unmarked, an agent
 * or an inference that failed and after which nothing more was begun. Undefined for a run that completed or still runs.
 */
export function runFailure(run: RunView): Step | undefined {
  if (run.root?.failed) return run.root;
  let failed: Step | undefined;
  let lastBegin = 0;
  for (const step of run.steps) {
    if (!isWork(step)) continue;
    lastBegin = Math.max(lastBegin, run.startOf(step));
    if (step.failed && step.kind !== 'tool' && (!failed || run.endOf(step) >= run.endOf(failed))) failed = step;
  }
  return failed && lastBegin < run.endOf(failed) ? failed : undefined;
}
