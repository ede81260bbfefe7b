import { type DeadLetterReason, encodeBlock, newRecord, type RecordName, topic } from '@spanwise/schemas';
import type { Random } from '@spanwise/simulate';

/** A message that some or all of its readers cannot make anything of. */
export interface PoisonMessage {
  readonly form: string;
  readonly key?: Buffer;
  readonly value: Buffer | null;
  readonly reason: DeadLetterReason;
  /** Services that bury it; default: every reader */
  readonly owedBy?: readonly string[];
  /** The span in it that others keep all the same */
  readonly stored?: SpanId;
  /** The span in it that can be stored once its schema is known */
  readonly replayable?: SpanId;
}

export interface SpanId {
  readonly traceId: string;
  readonly spanId: string;
}

type Make = (record: RecordName, topicName: string, random: Random) => Buffer | null;

interface Form {
  readonly form: string;
  readonly reason: DeadLetterReason;
  readonly make: Make;
  readonly keyBytes?: number;
}

/** Where header fields stand in a block. */
const [COUNT_AT, LENGTH_AT, CHECKSUM_AT] = [8, 12, 16];
/** Near Kafka's limit for a message, 1 MiB. */
const HUGE_BYTES = 1_000_000;
/** Twice this is more than a dead letter can hold. */
const HUGE_KEY_BYTES = 600_000;
export const HUGE_KEY = 'a huge key';

/** A lawful block of a record as the topic's file shows one. */
function block(record: RecordName, topicName: string): Buffer {
  const [example] = topic(topicName).example;
  return encodeBlock(record, [newRecord(record, example as never)]);
}

/** What can stand in a topic of blocks. */
export const blockForms: readonly Form[] = [
  { form: 'too short for a header', reason: 'undecodable', make: (_, __, random) => bytes(11, random) },
  { form: 'bytes of anything', reason: 'unknown_schema', make: (_, __, random) => bytes(300, random) },
  { form: 'huge', reason: 'unknown_schema', make: (_, __, random) => Buffer.alloc(HUGE_BYTES, bytes(64, random)) },
  {
    form: HUGE_KEY,
    reason: 'unknown_schema',
    keyBytes: HUGE_KEY_BYTES,
    make: (_, __, random) => bytes(HUGE_KEY_BYTES / 2, random),
  },
  {
    form: 'a schema of the future',
    reason: 'unknown_schema',
    make: (record, name, random) => Buffer.concat([bytes(8, random), block(record, name).subarray(8)]),
  },
  { form: 'wrong checksum', reason: 'bad_checksum', make: altered(CHECKSUM_AT, (sum) => (sum ^ 1) >>> 0) },
  { form: 'a record more than there is', reason: 'undecodable', make: altered(COUNT_AT, (count) => count + 1) },
  { form: 'records that are not counted', reason: 'undecodable', make: altered(COUNT_AT, () => 0) },
  { form: 'as many records as can be said', reason: 'undecodable', make: altered(COUNT_AT, () => 0xffff_ffff) },
  { form: 'another length', reason: 'undecodable', make: altered(LENGTH_AT, (length) => length + 7) },
  { form: 'no value', reason: 'undecodable', make: () => null },
  {
    form: 'records of another kind',
    reason: 'undecodable',
    make: (record) => (record === 'Run' ? block('Finding', 'findings') : block('Run', 'runs')),
  },
];

/** What can stand in the Collector's topic. */
export const otlpForms: readonly Form[] = [
  {
    form: HUGE_KEY,
    reason: 'undecodable',
    keyBytes: HUGE_KEY_BYTES,
    make: (_, __, random) => Buffer.concat([FIELD_CUT, bytes(40, random)]),
  },
  {
    form: 'no protobuf',
    reason: 'undecodable',
    make: (_, __, random) => Buffer.concat([FIELD_CUT, bytes(40, random)]),
  },
  { form: 'JSON that breaks off', reason: 'undecodable', make: () => Buffer.from('{"resourceSpans":[{"resource":') },
  { form: 'JSON that nests without end', reason: 'undecodable', make: () => Buffer.from('['.repeat(200_000)) },
  { form: 'JSON of something else', reason: 'undecodable', make: () => Buffer.from('{"resourceSpans":"none"}') },
];

/** The tag of a field with a length that is longer than what follows. */
const FIELD_CUT = Buffer.from([0x0a, 0xff, 0xff, 0x03]);

function altered(at: number, change: (value: number) => number): Make {
  return (record, name) => {
    const copy = block(record, name);
    copy.writeUInt32BE(change(copy.readUInt32BE(at)), at);
    return copy;
  };
}

function bytes(count: number, random: Random): Buffer {
  return Buffer.from(random.hex(count * 2), 'hex');
}

/**
 * @param named which form; default: one that is drawn
 * @throws Error where there is none of that name for the topic
 */
export function poisonFor(topicName: string, random: Random, named?: string): PoisonMessage {
  const { record } = topic(topicName);
  const forms = record === 'opaque' ? otlpForms : blockForms;
  const chosen = named === undefined ? random.pick(forms) : forms.find(({ form }) => form === named);
  if (!chosen) throw new Error(`there is no '${named}' for ${topicName}`);
  const { form, reason, make, keyBytes } = chosen;
  const value = make(record as RecordName, topicName, random);
  return { form, reason, value, ...(keyBytes !== undefined && { key: Buffer.alloc(keyBytes, bytes(64, random)) }) };
}
