import { crc32 } from 'node:zlib';
import { createClient } from '@clickhouse/client';
import {
  type AvroRecordSchema,
  BLOCK_HEADER_BYTES,
  currentSchema,
  encodeBlock,
  learnSchema,
  newRecord,
  type Span,
  topics,
  writerSchema,
} from '@spanwise/schemas';
import { ensureTopics } from '@spanwise/stream';
import {
  startTestClickHouse,
  startTestKafka,
  type TestClickHouse,
  type TestKafka,
  trace,
  uniqueName,
} from '@spanwise/testkit';
import type { Kafka } from 'kafkajs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { kafkaClient } from '../kafka-client.ts';
import { startStoreHere } from '../store-here.ts';
import { endOf } from '../topic-reading.ts';
import { type Letter, readLetters } from './letter.ts';
import { type ReplayOptions, type ReplayResult, replayLetters } from './replay-letters.ts';
import { Replayer } from './replayer.ts';

let kafkaServer: TestKafka;
let clickhouse: TestClickHouse;
let kafka: Kafka;
let name: string;
let prefix: string;

beforeAll(async () => {
  [kafkaServer, clickhouse] = await Promise.all([startTestKafka(), startTestClickHouse()]);
  kafka = kafkaClient(kafkaServer.brokers);
});

afterAll(async () => {
  await kafkaServer?.[Symbol.asyncDispose]();
  await clickhouse?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  name = uniqueName('letters');
  prefix = `${name}.`;
  const admin = kafka.admin();
  await admin.connect();
  await ensureTopics(admin, topics, prefix);
  await admin.disconnect();
});

async function send(topic: string, value: Buffer, partition = 0): Promise<void> {
  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  await producer.send({ topic: prefix + topic, messages: [{ value, partition }] });
  await producer.disconnect();
}

async function letters(): Promise<Letter[]> {
  const found: Letter[] = [];
  await readLetters(kafka, prefix, async (letter) => void found.push(letter));
  return found;
}

const everything = {
  ids: [],
  topic: undefined,
  service: undefined,
  reason: undefined,
  since: undefined,
  until: undefined,
};

function replay(options: Partial<ReplayOptions> = {}): Promise<ReplayResult> {
  return replayLetters(kafka, prefix, { filter: everything, dryRun: false, again: false, force: false, ...options });
}

/** Received now: what is older than its table's retention is deleted. */
const startUs = Date.now() * 1_000;
const spansOf = (seed: string): Span[] => trace({ seed, startUs }).llm().tool('look', {}).end();

/** Spans as a producer writes them whose schema is another. */
function blockOf(schema: AvroRecordSchema, spans: readonly Span[]): Buffer {
  const { avroType, fingerprint } = writerSchema(schema);
  const body = Buffer.concat(spans.map((span) => avroType.toBuffer(span)));
  const header = Buffer.alloc(BLOCK_HEADER_BYTES);
  header.write(fingerprint, 0, 'hex');
  header.writeUInt32BE(spans.length, 8);
  header.writeUInt32BE(body.length, 12);
  header.writeUInt32BE(crc32(body), 16);
  return Buffer.concat([header, body]);
}

async function startStore() {
  const service = await startStoreHere({
    SPANWISE_KAFKA_BROKERS: kafkaServer.brokers.join(),
    SPANWISE_CLICKHOUSE_URL: clickhouse.url,
    SPANWISE_CLICKHOUSE_DATABASE: name,
    SPANWISE_TOPIC_PREFIX: prefix,
  });
  const client = createClient({ url: clickhouse.url, database: name });
  return {
    count: async (query: string) => {
      const answer = await client.query({ query: `SELECT count() AS n FROM ${query}`, format: 'JSONEachRow' });
      return Number((await answer.json<{ n: string }>())[0]?.n);
    },
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]();
      await client.command({ query: `DROP DATABASE ${name} SYNC` });
      await client.close();
    },
  };
}

test('spans of a schema that nobody knew are stored once it is known: once, however often they are replayed', async () => {
  const newer = structuredClone(currentSchema('Span').schema);
  newer.fields.reverse();
  const poison = blockOf(newer, spansOf('poison'));
  const [good, late] = [spansOf('good'), spansOf('poison')];
  await using store = await startStore();
  await send('spans', encodeBlock('Span', good), 1);
  await send('spans', poison, 1);
  await expect.poll(() => store.count('spans')).toBe(good.length);
  await expect
    .poll(async () => (await letters()).map(({ reason, topic }) => [topic, reason]))
    .toEqual([['spans', 'unknown_schema']]);
  expect(await replay()).toEqual({ matched: 1, sent: 0, skipped: new Map([['hopeless', 1]]) });

  learnSchema(newer);
  const before = await endOf(kafka, `${prefix}spans`);
  expect(await replay({ dryRun: true })).toMatchObject({ matched: 1, sent: 1 });
  expect(await endOf(kafka, `${prefix}spans`)).toEqual(before);
  expect(await replay({ filter: { ...everything, reason: 'rejected' } })).toMatchObject({ matched: 0, sent: 0 });
  expect(await replay({ filter: { ...everything, topic: 'spans', reason: 'unknown_schema' } })).toMatchObject({
    sent: 1,
  });
  await expect.poll(() => store.count('spans')).toBe(good.length + late.length);

  expect(await replay()).toEqual({ matched: 1, sent: 0, skipped: new Map([['replayed', 1]]) });
  await send('spans', encodeBlock('Span', spansOf('last')), 1);
  await expect.poll(() => store.count('spans')).toBe(good.length + late.length + 3);
  expect(await store.count('span_rows')).toBe(good.length + late.length + 3);
  expect(await letters()).toHaveLength(1);

  expect(await replay({ again: true })).toMatchObject({ sent: 1 });
  const [end, then] = [await endOf(kafka, `${prefix}spans`), before];
  expect(end.get(1)).toBeGreaterThan(then.get(1) ?? 0n);
});

test('bytes that were too many for a letter are fetched from where they stood, and given up where they are gone', async () => {
  const block = encodeBlock('Span', spansOf('large'));
  await send('spans', block, 2);
  const letter = (offset: number) =>
    newRecord('DeadLetter', {
      service: 'store',
      topic: `${prefix}spans`,
      partition: 2,
      offset,
      reason: 'rejected',
      detail: 'no (900 bytes are too many for dead-letters; they stay at this offset)',
      time: 0,
    });
  await send('dead-letters', encodeBlock('DeadLetter', [letter(0), letter(99)]));
  expect(await replay()).toEqual({ matched: 2, sent: 1, skipped: new Map([['gone', 1]]) });
  expect((await endOf(kafka, `${prefix}spans`)).get(2)).toBe(3n); // the block, the block again, the end of the transaction
});

test('of two replays at a time the later one sends, and the earlier one fails', async () => {
  const block = encodeBlock('Span', spansOf('one'));
  const letter = newRecord('DeadLetter', {
    service: 'detect',
    topic: 'spans',
    partition: 0,
    offset: 5,
    reason: 'bad_checksum',
    detail: '',
    value: block,
    time: 0,
  });
  await send('dead-letters', encodeBlock('DeadLetter', [letter]));
  await using earlier = await Replayer.open(kafka, prefix);
  expect(await replay()).toMatchObject({ sent: 1 });
  await earlier.add({ ...letter, id: '0/0/0' }, block);
  await expect(earlier.flush()).rejects.toThrow();
  expect(await replay()).toMatchObject({ sent: 0 });
});
