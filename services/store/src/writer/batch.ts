import { crc32 } from 'node:zlib';
import {
  BLOCK_HEADER_BYTES,
  BlockError,
  checkBlock,
  type DeadLetterReason,
  type RecordName,
  type WriterSchema,
} from '@spanwise/schemas';
import type { Undecodable } from '@spanwise/stream';
import type { AvroBlock } from './avro-file.ts';
import type { Intent } from './intent.ts';

/** A Kafka message as far as it is looked at. */
export interface Message {
  offset: number;
  /** Broker append time, milliseconds */
  timestamp: number;
  key: Buffer | null;
  value: Buffer | null;
  /** Set where this stands for a batch of Kafka that cannot be read, which is its value */
  undecodable?: Undecodable;
}

export interface DeadMessage {
  message: Message;
  reason: DeadLetterReason;
  detail: string;
}

/** What a message is: records of a writer to insert, nothing (a tick), or dead. */
export type Verdict =
  | { kind: 'records'; writer: WriterSchema; count: number }
  | { kind: 'tick' }
  | { kind: 'dead'; reason: DeadLetterReason; detail: string };

/** Checks a message whole (header, checksum, every record walked) without decoding it. */
export function judge(message: Message, record: RecordName): Verdict {
  if (message.undecodable) return { kind: 'dead', ...message.undecodable };
  if (!message.value) return { kind: 'dead', reason: 'undecodable', detail: 'a message without a value' };
  try {
    const { writer, count } = checkBlock(message.value);
    if (writer.recordName !== record) {
      return {
        kind: 'dead',
        reason: 'undecodable',
        detail: `a block of ${writer.recordName} where ${record} was expected`,
      };
    }
    return count === 0 ? { kind: 'tick' } : { kind: 'records', writer, count };
  } catch (error) {
    if (!(error instanceof BlockError)) throw error;
    return { kind: 'dead', reason: error.reason, detail: error.message };
  }
}

interface StoredMessage extends AvroBlock {
  message: Message;
}

/**
 * The messages of one partition from `start` on that are going to be one insert: blocks of one writer, ticks, and
 * messages that are dead letters.
 */
export class Batch {
  readonly start: number;
  /** Offset after the last message */
  end: number;
  writer: WriterSchema | undefined;
  records = 0;
  /** Bytes that the messages hold in memory */
  bytes = 0;
  readonly dead: DeadMessage[] = [];
  /** The dead letters of this batch are written. */
  deadLettersSent = false;
  /** The intent of exactly this batch is committed. */
  announced = false;
  /** Broker append time of the first message */
  oldest: number | undefined;
  readonly #stored: StoredMessage[] = [];

  constructor(start: number) {
    this.start = start;
    this.end = start;
  }

  get empty(): boolean {
    return this.end === this.start;
  }

  get blocks(): readonly AvroBlock[] {
    return this.#stored;
  }

  /** Whether the message may join: one insert is of one writer. */
  accepts(verdict: Verdict): boolean {
    return verdict.kind !== 'records' || this.writer === undefined || this.writer === verdict.writer;
  }

  add(message: Message, verdict: Verdict): void {
    this.end = message.offset + 1;
    this.oldest ??= message.timestamp;
    if (verdict.kind === 'records' && message.value) {
      this.writer = verdict.writer;
      this.records += verdict.count;
      this.bytes += message.value.length;
      this.#stored.push({ message, count: verdict.count, records: message.value.subarray(BLOCK_HEADER_BYTES) });
    } else if (verdict.kind === 'dead') {
      this.bytes += message.value?.length ?? 0;
      this.dead.push({ message, reason: verdict.reason, detail: verdict.detail });
    }
  }

  /** What is announced before the insert. Only for a batch with records. */
  intent(): Intent {
    const sums = Buffer.allocUnsafe(4 * this.#stored.length);
    // the checksum in each block's header, which was verified
    for (const [i, { message }] of this.#stored.entries()) message.value?.copy(sums, 4 * i, 16, 20);
    return {
      end: this.end,
      records: this.records,
      fingerprint: this.writer?.fingerprint ?? '',
      checksum: crc32(sums),
      deadLetters: this.dead.map(({ message }) => message.offset),
    };
  }

  /** The only block, as a dead letter; undefined where there are several. */
  onlyMessage(): Message | undefined {
    return this.#stored.length === 1 ? this.#stored[0]?.message : undefined;
  }

  /** Two batches that cover the same range, each with half of the blocks. Only for a batch with two blocks or more. */
  halves(): [Batch, Batch] {
    const middle = this.#stored[this.#stored.length >> 1];
    if (!middle || this.#stored.length < 2 || !this.writer) throw new Error('a batch of one block has no halves');
    const first = new Batch(this.start);
    const second = new Batch(middle.message.offset);
    for (const { message, count } of this.#stored) {
      const half = message.offset < second.start ? first : second;
      half.add(message, { kind: 'records', writer: this.writer, count });
    }
    for (const { message, reason, detail } of this.dead) {
      (message.offset < second.start ? first : second).add(message, { kind: 'dead', reason, detail });
    }
    first.end = second.start;
    second.end = this.end;
    first.deadLettersSent = true;
    second.deadLettersSent = true;
    return [first, second];
  }
}
