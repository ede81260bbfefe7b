import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { CLOCK_TOLERANCE_US, clockPairs, serviceOffsets } from '../relations/service-offsets.ts';

const AGREED: ReadonlyMap<string, number> = new Map();

/** Steps up to which every step counts at once; in longer runs the latest are left out until there are sixteen. */
const EVERY_STEP_UP_TO = 256;
const EVERY = 16;

/**
 * One clock for a run whose services' clocks disagree: a function of the steps, computed only once a child sticks out of its
 * parent in another service, and only when it is asked for.
 */
export class RunClock {
  #disagreements = 0;
  #offsets = AGREED;
  /** Index behind the last step that the offsets were computed for, and of the first. */
  #computedFor = { end: -1, begin: -1 };

  /** Takes note of a step that was added to the run. True where it shows that two clocks may disagree. */
  note(step: Step, parent: Step | undefined, children: readonly Step[]): boolean {
    const before = this.#disagreements;
    if (parent && sticksOut(step, parent)) this.#disagreements++;
    for (const child of children) if (sticksOut(child, step)) this.#disagreements++;
    return this.#disagreements > before;
  }

  get agrees(): boolean {
    return this.#disagreements === 0;
  }

  /** Microseconds by which the clock of the step's service is ahead. */
  offsetOf(step: Step, run: RunView): number {
    if (this.#disagreements === 0) return 0;
    const begin = run.droppedSteps;
    const released = run.steps.length + begin;
    // a function of the steps that are there, so that a restored run reads the same clock
    const end = run.steps.length <= EVERY_STEP_UP_TO ? released : released - (released % EVERY);
    if (this.#computedFor.end !== end || this.#computedFor.begin !== begin) {
      this.#offsets = serviceOffsets(clockPairs(run, { before: end }));
      this.#computedFor = { end, begin };
    }
    return this.#offsets.get(step.service) ?? 0;
  }
}

function sticksOut(child: Step, parent: Step): boolean {
  if (child.service === parent.service) return false;
  return child.start < parent.start - CLOCK_TOLERANCE_US || child.end > parent.end + CLOCK_TOLERANCE_US;
}
