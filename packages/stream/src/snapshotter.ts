import { ChangelogEncoder, encodeMark } from './changelog.ts';
import type { SlotChange, SlotStore } from './slot-store.ts';
import type { TimerChange, TimerTable } from './timer-table.ts';

/** Most bytes of a snapshot in one commit: a large state is spread over many. */
export const SNAPSHOT_COMMIT_BYTES = 256 * 1024;

interface Run {
  readonly slots: Iterator<SlotChange>;
  readonly timers: Iterator<TimerChange>;
  /** Changelog offset of the begin mark, once it is known. */
  begin: number | undefined;
  complete: boolean;
}

export interface SnapshotMessages {
  before: Buffer[];
  after: Buffer[];
}

/**
 * Writes a snapshot of the store from time to time, a part with each commit, while changes go on. That is sound: a slot of
 * the state at the end was either changed after the begin mark, and then stands in a later changes message, or has been
 * in a part, as it was when that part was written. So whoever restores applies everything from the begin mark on, in order.
 * Parts leave out what changed after the begin mark, or a snapshot would never end where more changes than a part holds.
 */
export class Snapshotter {
  readonly #store: SlotStore;
  readonly #timers: TimerTable;
  readonly #stateVersion: number;
  readonly #intervalMs: number;
  #restoreFrom: number;
  #lastBegin: number;
  #changed = false;
  #run: Run | undefined;

  /** `restoreFrom`: changelog offset from which everything can be restored now; `clock`: log time now, ms. */
  constructor(
    store: SlotStore,
    timers: TimerTable,
    options: { stateVersion: number; intervalMs: number; restoreFrom: number; clock: number },
  ) {
    this.#store = store;
    this.#timers = timers;
    this.#stateVersion = options.stateVersion;
    this.#intervalMs = options.intervalMs;
    this.#restoreFrom = options.restoreFrom;
    this.#lastBegin = options.clock;
  }

  /**
   * Messages to write before and after the changes of a commit; the store's last checkpoint must be that commit's. The
   * begin mark has to be the first changelog message of the transaction, since its offset is that of the request.
   */
  next(clock: number, changed: boolean): SnapshotMessages {
    this.#changed ||= changed;
    const before: Buffer[] = [];
    if (!this.#run) {
      if (!this.#changed || clock - this.#lastBegin < this.#intervalMs) return { before, after: [] };
      this.#lastBegin = clock;
      this.#changed = false;
      this.#run = {
        slots: this.#store.saved(),
        timers: this.#timers.saved(),
        begin: undefined,
        complete: false,
      };
      before.push(encodeMark('snapshot-begin', this.#stateVersion));
    }
    return { before, after: this.#part(this.#run) };
  }

  /** Where to restore from once this commit, whose first changelog message went to `baseOffset`, is committed. */
  restoreFrom(baseOffset: number | undefined): number {
    if (!this.#run) return this.#restoreFrom;
    this.#run.begin ??= baseOffset;
    return this.#run.complete && this.#run.begin !== undefined ? this.#run.begin : this.#restoreFrom;
  }

  /** The transaction has committed. Gives the offset below which the changelog is needed no longer, when that has moved. */
  committed(): number | undefined {
    if (!this.#run?.complete) return undefined;
    this.#restoreFrom = this.#run.begin ?? this.#restoreFrom;
    this.#run = undefined;
    return this.#restoreFrom;
  }

  #part(run: Run): Buffer[] {
    const encoder = new ChangelogEncoder('snapshot-part', this.#stateVersion);
    while (encoder.byteLength < SNAPSHOT_COMMIT_BYTES) {
      const slot = run.slots.next();
      if (!slot.done) {
        encoder.slot(slot.value);
        continue;
      }
      const timer = run.timers.next();
      if (!timer.done) {
        encoder.timer(timer.value);
        continue;
      }
      run.complete = true;
      return [...encoder.finish(), encodeMark('snapshot-end', this.#stateVersion)];
    }
    return encoder.finish();
  }
}
