import type { RunDetector } from '../detector/detector.ts';
import type { DetectorFault } from '../detector/fault.ts';
import type { Slots } from '../slots.ts';
import type { Collector } from './collector.ts';

/**
 * In place of a detector's state: it threw in this run and is asked no more. What it had altered cannot be told from what it
 * knew, and what it missed would make it find what is not there. (States are objects.)
 */
const THREW = 'threw';

const faultOf = (detector: RunDetector, error: unknown): DetectorFault => ({
  pattern: detector.pattern,
  message: error instanceof Error ? error.message : String(error),
});

/** One run's states of the detectors, over its slots; those of this judge in order of registration. */
export class DetectorStates {
  readonly #detectors: readonly RunDetector[];
  readonly #names: readonly string[];
  readonly #slots: Slots;
  readonly #states: unknown[] = [];

  /** @param names of the detectors' slots */
  constructor(detectors: readonly RunDetector[], names: readonly string[], slots: Slots) {
    this.#detectors = detectors;
    this.#names = names;
    this.#slots = slots;
  }

  /**
   * Asks each detector that has not thrown in this run. The run goes on without one that throws, and without what it altered before.
   *
   * @param question returns whether the state changed
   * @param faults takes what is thrown
   * @param collector keeps what a detector said unless it threw
   */
  ask(
    question: (detector: RunDetector, state: unknown) => boolean,
    faults: DetectorFault[],
    collector?: Collector,
  ): void {
    for (let i = 0; i < this.#detectors.length; i++) {
      const detector = this.#detectors[i] as RunDetector;
      const state = this.#stateOf(i);
      if (state === THREW) continue;
      try {
        if (question(detector, state)) this.#slots.put(this.#names[i] as string, state);
        collector?.keep(detector.pattern);
      } catch (error) {
        collector?.drop();
        this.#states[i] = THREW;
        this.#slots.put(this.#names[i] as string, THREW);
        faults.push(faultOf(detector, error));
      }
    }
  }

  /** Patterns whose detectors threw in this run. */
  silenced(): string[] {
    return this.#detectors.flatMap(({ pattern }, i) => (this.#stateOf(i) === THREW ? [pattern] : []));
  }

  #stateOf(i: number): unknown {
    let state = this.#states[i];
    if (state === undefined) {
      state = this.#slots.get(this.#names[i] as string) ?? (this.#detectors[i] as RunDetector).initialState();
      this.#states[i] = state;
    }
    return state;
  }
}
