import { type DetectorFault, faultOf } from '../detector/fault.ts';
import type { Slots } from '../slots.ts';

/**
 * In place of a state: who it belongs to threw in this run and is asked no more. What it had altered cannot be told from what it
 * knew, and what it missed would make it find what is not there. (States are objects.)
 */
const THREW = 'threw';

/** Who is asked of a run, and remembers something of it. */
export interface Asked {
  initialState(): unknown;
}

/** Takes what is said in answer to a question. */
export interface Hearer<A> {
  /** The answer came to its end: what was said holds. */
  keep(asked: A): void;
  /** It threw: nothing of what it said does. */
  drop(): void;
}

/** One run's states of those who are asked, over its slots, in order of registration. */
export class AskedStates<A extends Asked> {
  readonly #asked: readonly A[];
  readonly #names: readonly string[];
  readonly #slots: Slots;
  readonly #nameOf: (asked: A) => string;
  readonly #states: unknown[] = [];

  /**
   * @param names of their slots
   * @param nameOf by which their faults are told
   */
  constructor(asked: readonly A[], names: readonly string[], slots: Slots, nameOf: (asked: A) => string) {
    this.#asked = asked;
    this.#names = names;
    this.#slots = slots;
    this.#nameOf = nameOf;
  }

  /**
   * Asks each that has not thrown in this run. The run goes on without one that throws, and without what it altered before.
   *
   * @param question returns whether the state changed
   * @param faults takes what is thrown
   */
  ask(question: (asked: A, state: unknown) => boolean, faults: DetectorFault[], hearer?: Hearer<A>): void {
    for (let i = 0; i < this.#asked.length; i++) {
      const asked = this.#asked[i] as A;
      const state = this.#stateOf(i);
      if (state === THREW) continue;
      try {
        if (question(asked, state)) this.#slots.put(this.#names[i] as string, state);
        hearer?.keep(asked);
      } catch (error) {
        hearer?.drop();
        this.#states[i] = THREW;
        this.#slots.put(this.#names[i] as string, THREW);
        faults.push(faultOf(this.#nameOf(asked), error));
      }
    }
  }

  /** Those that threw in this run. */
  silenced(): A[] {
    return this.#asked.filter((_, i) => this.#stateOf(i) === THREW);
  }

  #stateOf(i: number): unknown {
    let state = this.#states[i];
    if (state === undefined) {
      state = this.#slots.get(this.#names[i] as string) ?? (this.#asked[i] as A).initialState();
      this.#states[i] = state;
    }
    return state;
  }
}
