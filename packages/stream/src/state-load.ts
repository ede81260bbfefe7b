import type { ProcessorContext } from './topology.ts';

const BYTES = 'bytes';
const WEIGH = 'weigh';
/** Log time in ms from one weighing to the next. */
const WEIGH_EVERY_MS = 10_000;
/** Keys below which nothing is weighed: one takes at most a few megabytes. */
const WEIGH_FROM = 16;

/**
 * What the keys of a partition take, for a processor that sheds some when they take too much. They are weighed by a timer, and their weight is
 * state like any other: a replay finds the same keys too many.
 */
export class StateLoad {
  /** Store key of the weight and its timer: a processor's own keys are others, and it hands timers of this one to `weigh`. */
  static readonly KEY = 'load';

  readonly #maxKeys: number;
  readonly #maxBytes: number;
  readonly #othersOf: (context: ProcessorContext) => number;

  /**
   * @param maxBytes as `KeyedStore.bytes` counts; infinite: nothing is weighed
   * @param othersOf keys of the store that are not to be counted
   */
  constructor(maxKeys: number, maxBytes: number, othersOf: (context: ProcessorContext) => number = () => 0) {
    this.#maxKeys = maxKeys;
    this.#maxBytes = maxBytes;
    this.#othersOf = othersOf;
  }

  /** Of what the partition may hold, by keys or by bytes, whichever is more: as the keys are now, and as they were weighed last, at most ten seconds of log time ago. */
  share(context: ProcessorContext): number {
    return Math.max(this.#keys(context) / this.#maxKeys, (bytesOf(context) ?? 0) / this.#maxBytes);
  }

  isTooMuch(context: ProcessorContext): boolean {
    return this.share(context) > 1;
  }

  /** A key was added: begins to weigh when there are enough. */
  watch(context: ProcessorContext): void {
    if (bytesOf(context) === undefined && this.#keys(context) >= WEIGH_FROM) this.weigh(context);
  }

  /** What the timer of `KEY` asks for. */
  weigh(context: ProcessorContext): void {
    if (this.#keys(context) < WEIGH_FROM || this.#maxBytes === Number.POSITIVE_INFINITY) {
      context.store.delete(StateLoad.KEY);
      return;
    }
    context.store.put(StateLoad.KEY, BYTES, context.store.bytes);
    context.schedule(StateLoad.KEY, WEIGH, context.dueTime + WEIGH_EVERY_MS);
  }

  #keys(context: ProcessorContext): number {
    return context.store.size - this.#othersOf(context) - (bytesOf(context) === undefined ? 0 : 1);
  }
}

/** As they were weighed last; undefined: there are few keys. */
const bytesOf = ({ store }: ProcessorContext): number | undefined => store.get<number>(StateLoad.KEY, BYTES);
