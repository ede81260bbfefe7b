import { BlockError, decodeBlock, type RecordName, topics } from '@spanwise/schemas';
import { type Letter, recordKey, recordOf } from './letter.ts';

/** What becomes of a letter in a replay. */
export type Decision =
  | { kind: 'send'; value: Buffer }
  /** Its bytes were cut, or left out: they are to be fetched from where they stood. */
  | { kind: 'fetch' }
  | { kind: 'skip'; reason: SkipReason };

export type SkipReason = keyof typeof skipReasons;

/** In words, as shown. */
export const skipReasons = {
  replayed: 'replayed before (--again sends them once more)',
  twin: 'the same record, buried by another service: sent once',
  judged: 'one detector failed on a span that was judged and stored all the same',
  empty: 'no bytes: a tombstone',
  batch: 'a whole Kafka batch that cannot be read, which no client can send as it is',
  hopeless: 'would fail again: this version cannot read it either (--force sends it all the same)',
  gone: 'its bytes are not in the letter, and not in the topic any more',
} as const;

export interface ReplayWishes {
  /** Also what was replayed before. */
  readonly again: boolean;
  /** Also what cannot be read by this version. */
  readonly force: boolean;
}

const CUT = /first \d+ of \d+ bytes|bytes are too many for/;
const WHOLE_BATCH = /cannot be read: .*The value is the whole batch/s;

/** Decides letter by letter; what it decided to send is remembered, so that no record is sent twice. */
export class ReplayDecider {
  readonly #replays: ReadonlyMap<string, number>;
  readonly #wishes: ReplayWishes;
  readonly #sent = new Set<string>();

  constructor(replays: ReadonlyMap<string, number>, wishes: ReplayWishes) {
    this.#replays = replays;
    this.#wishes = wishes;
  }

  decide(letter: Letter): Decision {
    if (letter.offset < 0) return skip('judged');
    const key = recordKey(recordOf(letter));
    if (this.#sent.has(key)) return skip('twin');
    if (this.#replays.has(key) && !this.#wishes.again) return skip('replayed');
    if (WHOLE_BATCH.test(letter.detail)) return skip('batch');
    if (CUT.test(letter.detail)) return { kind: 'fetch' };
    return letter.value === null ? skip('empty') : this.decideFor(letter, letter.value);
  }

  /** The same, once the bytes are at hand; undefined: they were nowhere. */
  decideFor(letter: Letter, value: Buffer | undefined): Decision {
    if (!value) return skip('gone');
    if (!this.#wishes.force && !isReadable(letter.topic, value)) return skip('hopeless');
    this.#sent.add(recordKey(recordOf(letter)));
    return { kind: 'send', value };
  }
}

const skip = (reason: SkipReason): Decision => ({ kind: 'skip', reason });

function isReadable(topicName: string, value: Buffer): boolean {
  const record = topics.find(({ name }) => name === topicName)?.record;
  if (record === undefined || record === 'opaque') return true;
  try {
    decodeBlock(record as RecordName, value);
    return true;
  } catch (error) {
    if (error instanceof BlockError) return false;
    throw error;
  }
}
