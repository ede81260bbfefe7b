import type { CommittedOffset } from './broker/broker.ts';

/**
 * Where a partition goes on after a crash. Held records are not state: the messages from `replayFrom` to `nextOffset` are
 * read again, only to learn which records were held.
 */
export interface ResumePoint {
  /** The committed offset: the first message to read. */
  replayFrom: number;
  /** Partition clock before that message. */
  replayClock: number;
  /** First message that was not processed. */
  nextOffset: number;
  /** Partition clock before that message. */
  clock: number;
  /** The first record that was held back, as a message's offset and a place in it; all that came before had left. */
  heldOffset: number;
  heldIndex: number;
  /** Changelog offset from which to restore the store. */
  changelogOffset: number;
}

/** As an offset with metadata (at most 4,096 bytes in Kafka; this is below 180). */
export function encodeResumePoint(point: ResumePoint): CommittedOffset {
  const { replayFrom, ...rest } = point;
  return { offset: replayFrom, metadata: JSON.stringify({ v: 1, ...rest }) };
}

/**
 * The point that was committed. Undefined where the metadata is empty: an offset that an operator set, from which to go on
 * with an empty store. Throws for metadata of another kind.
 */
export function decodeResumePoint({ offset, metadata }: CommittedOffset): ResumePoint | undefined {
  if (metadata === '') return undefined;
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(metadata);
  } catch {
    parsed = {};
  }
  const number = (name: string): number => {
    const value = parsed[name];
    if (parsed.v === 1 && typeof value === 'number') return value;
    throw new Error(
      `the offset metadata ${JSON.stringify(metadata)} is none of this engine: another program commits for its group. ` +
        'Give the topology a name of its own, or reset the offsets of the group.',
    );
  };
  return {
    replayFrom: offset,
    replayClock: number('replayClock'),
    nextOffset: number('nextOffset'),
    clock: number('clock'),
    heldOffset: number('heldOffset'),
    heldIndex: number('heldIndex'),
    changelogOffset: number('changelogOffset'),
  };
}

/** Where to begin without a past: at an offset, with an empty store. */
export function freshResumePoint(offset: number, changelogOffset: number): ResumePoint {
  return {
    replayFrom: offset,
    replayClock: 0,
    nextOffset: offset,
    clock: 0,
    heldOffset: offset,
    heldIndex: 0,
    changelogOffset,
  };
}

interface TrailEntry {
  readonly offset: number;
  readonly clockBefore: number;
  readonly clock: number;
}

/** Remembers the messages that may have to be read again. Ticks need not: the clock before the next message tells of them. */
export class InputTrail {
  #entries: TrailEntry[] = [];

  add(offset: number, clockBefore: number, clock: number): void {
    this.#entries.push({ offset, clockBefore, clock });
  }

  /**
   * Where to read again from: the first message that came after `bound` (ms of log time), else what is next. Bounds must
   * not fall from call to call.
   */
  replayFrom(bound: number, next: { offset: number; clock: number }): { offset: number; clock: number } {
    const keep = this.#entries.findIndex((entry) => entry.clock > bound);
    this.#entries = keep === -1 ? [] : this.#entries.slice(keep);
    const first = this.#entries[0];
    return first ? { offset: first.offset, clock: first.clockBefore } : next;
  }
}
