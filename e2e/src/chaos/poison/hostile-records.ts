import { crc32 } from 'node:zlib';
import { BLOCK_HEADER_BYTES, encodeBlock, newRecord, type Signal, type Span, topic } from '@spanwise/schemas';
import type { Random } from '@spanwise/simulate';
import { avroLong } from '../load/received-time.ts';
import type { PoisonMessage } from './forms.ts';

type Form = (random: Random, nowMs: number) => PoisonMessage;

/** As many characters as a message can carry beside the rest of a span */
const LONGEST_ID = 1_000_000;
/** More than `ingest` lets pass */
const LONG_ID = 300;
/** Of which Avro writes three bytes that stand nowhere else in the example. */
const MARK = 77_777;

/** Lawful blocks in `spans`, as a client with a producer of its own may write them: `detect` refuses the span, `store` keeps it. */
const spans: readonly Form[] = [
  unjudged('negative tokens', () => ({ inputTokens: -5 })),
  unjudged('a cost that is no number', () => ({ costUsd: Number.NaN })),
  unjudged('an endless cost', () => ({ costUsd: Number.POSITIVE_INFINITY })),
  unjudged('a trace id of a million characters', (random) => ({ traceId: random.hex(32).padEnd(LONGEST_ID, 'a') })),
  unjudged('a long tenant', () => ({ tenant: 't'.repeat(LONG_ID) })),
  unjudged('a long name of a tool', () => ({ tool: 'x'.repeat(LONG_ID) })),
  (random, nowMs) => ({
    form: 'an int beyond 32 bits',
    reason: 'undecodable',
    value: withInt(encodeBlock('Span', [span(random, nowMs, { flags: MARK })]), 2 ** 40),
  }),
];

/** The same in `signals`, which nobody stores. */
const signals: readonly Form[] = [
  (random) => ({
    form: 'a signal of a long tenant',
    reason: 'processor_error',
    value: encodeBlock('Signal', [signal({ tenant: random.hex(LONG_ID) })]),
  }),
];

export const hostileRecords: ReadonlyMap<string, readonly Form[]> = new Map([
  ['spans', spans],
  ['signals', signals],
]);

/** Another one each time: ids are drawn. */
export function span(random: Random, nowMs: number, more: Partial<Span> = {}): Span {
  const [example] = topic('spans').example;
  const ids = { traceId: random.hex(32), spanId: random.hex(16), parentSpanId: '', conversationId: '' };
  return newRecord('Span', { ...(example as object), ...ids, receivedTime: nowMs * 1_000, ...more } as Span);
}

function unjudged(form: string, more: (random: Random) => Partial<Span>): Form {
  return (random, nowMs) => {
    const hostile = span(random, nowMs, more(random));
    return {
      form,
      reason: 'processor_error',
      value: encodeBlock('Span', [hostile]),
      owedBy: ['detect'],
      stored: { traceId: hostile.traceId, spanId: hostile.spanId },
    };
  };
}

function signal(more: Partial<Signal>): Signal {
  const [example] = topic('signals').example;
  return newRecord('Signal', { ...(example as object), ...more } as Signal);
}

/** The same block with another integer where `MARK` stands. */
function withInt(block: Buffer, value: number): Buffer {
  const mark = avroLong(MARK);
  const at = block.indexOf(mark, BLOCK_HEADER_BYTES);
  const records = Buffer.concat([
    block.subarray(BLOCK_HEADER_BYTES, at),
    avroLong(value),
    block.subarray(at + mark.length),
  ]);
  const header = Buffer.from(block.subarray(0, BLOCK_HEADER_BYTES));
  header.writeUInt32BE(records.length, 12);
  header.writeUInt32BE(crc32(records), 16);
  return Buffer.concat([header, records]);
}
