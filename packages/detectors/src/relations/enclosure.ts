import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';

/** True where the span `top` is at or above `step` by the parents that are known. */
export function encloses(top: string, step: Step, run: RunView): boolean {
  let at: Step | undefined = step;
  for (let depth = 0; at && depth < 64; depth++) {
    if (at.spanId === top) return true;
    at = run.parentOf(at);
  }
  return false;
}
