import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';

const MOST_DEPTH = 64;

/** True where the span `top` is at or above `step` by the parents that are known. */
export function encloses(top: string, step: Step, run: RunView): boolean {
  let at: Step | undefined = step;
  for (let depth = 0; at && depth < MOST_DEPTH; depth++) {
    if (at.spanId === top) return true;
    at = run.parentOf(at);
  }
  return false;
}

/** `encloses` for many questions about one state of a run: what lies above a step is looked up once. */
export class Enclosures {
  readonly #run: RunView;
  readonly #above = new Map<Step, ReadonlySet<string>>();

  constructor(run: RunView) {
    this.#run = run;
  }

  encloses(top: Step, step: Step): boolean {
    let above = this.#above.get(step);
    if (!above) {
      above = this.#lineOf(step);
      this.#above.set(step, above);
    }
    return above.has(top.spanId);
  }

  #lineOf(step: Step): ReadonlySet<string> {
    const line = new Set<string>();
    let at: Step | undefined = step;
    for (let depth = 0; at && depth < MOST_DEPTH; depth++) {
      line.add(at.spanId);
      at = this.#run.parentOf(at);
    }
    return line;
  }
}
