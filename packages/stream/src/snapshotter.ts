import { ChangelogEncoder, encodeMark } from './changelog.ts';
import type { SlotChange, SlotStore } from './slot-store.ts';
import type { TimerChange, TimerTable } from './timer-table.ts';

/** Bytes of a snapshot in one commit, where the commit's changes are fewer: a large state is spread over many. */
export const SNAPSHOT_COMMIT_BYTES = 256 * 1024;

/** When a snapshot begins. */
export interface SnapshotPolicy {
  /** After so much log time, ms, if a restore would read a quarter more than the state … */
  intervalMs: number;
  /** … and at once when it would read so many bytes more than twice the state. */
  floorBytes: number;
}

interface Run {
  readonly slots: Iterator<SlotChange>;
  readonly timers: Iterator<TimerChange>;
  /** Changelog offset of the begin mark, once it is known. */
  begin: number | undefined;
  complete: boolean;
  /** Bytes of the changelog since the begin mark. */
  bytes: number;
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
 *
 * What a restore reads is bounded by the state, however much passes through it and however often its owner changes: a
 * snapshot begins when that is twice the state and `floorBytes`. Its parts are no fewer bytes than the changes beside
 * them, so that until it ends, parts and changes are once the state each. Four times the largest state of that while, in all.
 */
export class Snapshotter {
  readonly #store: SlotStore;
  readonly #timers: TimerTable;
  readonly #stateVersion: number;
  readonly #policy: SnapshotPolicy;
  #restoreFrom: number;
  #lastBegin: number;
  /** Bytes of the changelog that a restore would read: what is committed since `#restoreFrom`. */
  #toRead: number;
  /** Bytes of the commit under way. */
  #pending = 0;
  #changed = false;
  #run: Run | undefined;

  /** `restoreFrom`: changelog offset from which everything can be restored now, by reading `toRead` bytes; `clock`: log time now, ms. */
  constructor(
    store: SlotStore,
    timers: TimerTable,
    options: { stateVersion: number; policy: SnapshotPolicy; restoreFrom: number; toRead: number; clock: number },
  ) {
    this.#store = store;
    this.#timers = timers;
    this.#stateVersion = options.stateVersion;
    this.#policy = options.policy;
    this.#restoreFrom = options.restoreFrom;
    this.#toRead = options.toRead;
    this.#lastBegin = options.clock;
  }

  /** Bytes of the state, as a snapshot would have them. */
  get stateBytes(): number {
    return this.#store.savedBytes + this.#timers.savedBytes;
  }

  /** Bytes of the changelog that a restore would read now. */
  get toRead(): number {
    return this.#toRead;
  }

  /**
   * Messages to write before and after the changes of a commit; the store's last checkpoint must be that commit's. The
   * begin mark has to be the first changelog message of the transaction, since its offset is that of the request.
   */
  next(clock: number, changes: readonly Buffer[]): SnapshotMessages {
    const changedBytes = byteLength(changes);
    this.#changed ||= changedBytes > 0;
    const before: Buffer[] = [];
    let after: Buffer[] = [];
    if (!this.#run && this.#due(clock)) {
      this.#lastBegin = clock;
      this.#changed = false;
      this.#run = {
        slots: this.#store.saved(),
        timers: this.#timers.saved(),
        begin: undefined,
        complete: false,
        bytes: 0,
      };
      before.push(encodeMark('snapshot-begin', this.#stateVersion));
    }
    if (this.#run) after = this.#part(this.#run, Math.max(SNAPSHOT_COMMIT_BYTES, changedBytes));
    this.#pending = byteLength(before) + changedBytes + byteLength(after);
    return { before, after };
  }

  #due(clock: number): boolean {
    const { intervalMs, floorBytes } = this.#policy;
    const live = this.stateBytes;
    if (!this.#changed) return false;
    if (this.#toRead > 2 * live + floorBytes) return true;
    return clock - this.#lastBegin >= intervalMs && this.#toRead > 1.25 * live;
  }

  /** Where to restore from once this commit, whose first changelog message went to `baseOffset`, is committed. */
  restoreFrom(baseOffset: number | undefined): number {
    if (!this.#run) return this.#restoreFrom;
    this.#run.begin ??= baseOffset;
    return this.#run.complete && this.#run.begin !== undefined ? this.#run.begin : this.#restoreFrom;
  }

  /** The transaction has committed. Gives the offset below which the changelog is needed no longer, when that has moved. */
  committed(): number | undefined {
    this.#toRead += this.#pending;
    if (this.#run) this.#run.bytes += this.#pending;
    this.#pending = 0;
    if (!this.#run?.complete) return undefined;
    this.#restoreFrom = this.#run.begin ?? this.#restoreFrom;
    this.#toRead = this.#run.bytes;
    this.#run = undefined;
    return this.#restoreFrom;
  }

  #part(run: Run, bytes: number): Buffer[] {
    const encoder = new ChangelogEncoder('snapshot-part', this.#stateVersion);
    while (encoder.byteLength < bytes) {
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

function byteLength(messages: readonly Buffer[]): number {
  return messages.reduce((sum, { length }) => sum + length, 0);
}
