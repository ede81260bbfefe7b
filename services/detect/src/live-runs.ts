import type { KeySlots, ProcessorContext } from '@spanwise/stream';

/** Runs that are kept alive in any case; at most twice as many. To read a run again costs as much as some spans of it. */
const FEW = 2_048;
/** Where there are more: log time in ms after which a run that nothing was asked of is let go; at the latest after twice as long … */
const IDLE_MS = 5_000;
/** … and earlier where there are so many. */
const MANY = 16_384;

/**
 * The runs of a partition that are alive as objects: those that spans come for. The others, most of which have ended and wait
 * to be closed, are bytes in the store, and are read again when they are asked for: a run takes a fifth of the
 * memory then. Two generations: what was asked for lately, and what was so before.
 */
export class LiveRuns {
  #young = new Map<string, KeySlots>();
  #old = new Map<string, KeySlots>();
  #since = 0;

  /** The slots of a run, the same object as long as the run is alive. */
  of(key: string, context: ProcessorContext): KeySlots {
    const young = this.#young.get(key);
    if (young) return young;
    const most = context.streamTime - this.#since < IDLE_MS ? MANY : FEW;
    if (this.#young.size >= most) this.#age(context);
    const slots = this.#old.get(key) ?? context.store.slotsOf(key);
    this.#young.set(key, slots);
    return slots;
  }

  /** Forgets the objects of a run. */
  drop(key: string, { store }: ProcessorContext): void {
    this.#young.delete(key);
    this.#old.delete(key);
    store.release(key);
  }

  #age({ store, streamTime }: ProcessorContext): void {
    for (const key of this.#old.keys()) if (!this.#young.has(key)) store.release(key);
    this.#old = this.#young;
    this.#young = new Map();
    this.#since = streamTime;
  }
}
