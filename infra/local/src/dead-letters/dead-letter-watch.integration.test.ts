import { encodeBlock, newRecord, topics } from '@spanwise/schemas';
import { ensureTopics } from '@spanwise/stream';
import { startTestKafka, type TestKafka, uniqueName } from '@spanwise/testkit';
import type { Kafka } from 'kafkajs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { kafkaClient } from '../kafka-client.ts';
import { DeadLetterWatch } from './dead-letter-watch.ts';

let server: TestKafka;
let kafka: Kafka;
let prefix: string;

beforeAll(async () => {
  server = await startTestKafka();
  kafka = kafkaClient(server.brokers);
});

afterAll(() => server?.[Symbol.asyncDispose]());

beforeEach(async () => {
  prefix = `${uniqueName('local')}-`;
  const admin = kafka.admin();
  await admin.connect();
  await ensureTopics(
    admin,
    topics.filter(({ name }) => name === 'dead-letters'),
    prefix,
  );
  await admin.disconnect();
  written = 0;
});

const letter = (offset: number) =>
  newRecord('DeadLetter', {
    service: 'detect',
    topic: 'spans',
    partition: 0,
    offset,
    reason: 'undecodable',
    detail: 'broken',
    time: 0,
  });

/** As the engine writes them: in a transaction, whose mark is the last thing in the topic. */
let written = 0;

async function write(offsets: number[], end: 'commit' | 'abort') {
  const producer = kafka.producer({ transactionalId: uniqueName('t'), idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const transaction = await producer.transaction();
  const value = encodeBlock('DeadLetter', offsets.map(letter));
  await transaction.send({ topic: `${prefix}dead-letters`, messages: [{ key: null, value }] });
  await transaction[end]();
  await producer.disconnect();
  // A transaction shows a moment after it has ended: record and mark.
  written += 2;
  await expect.poll(endOffset).toBe(written);
}

async function endOffset(): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  const [end] = await admin.fetchTopicOffsets(`${prefix}dead-letters`);
  await admin.disconnect();
  return Number(end?.high);
}

const offsetsOf = async (watch: DeadLetterWatch) => (await watch.read()).map(({ offset }) => offset);

test('only what was written since the watch was opened is read, record by record', async () => {
  await write([1, 2], 'commit');
  const watch = await DeadLetterWatch.open(kafka, prefix);
  expect(await offsetsOf(watch)).toEqual([]);
  await write([3, 4], 'commit');
  await write([5], 'commit');
  expect(await offsetsOf(watch)).toEqual([3, 4, 5]);
});

test('an aborted transaction leaves none', async () => {
  const watch = await DeadLetterWatch.open(kafka, prefix);
  await write([6], 'abort');
  expect(await offsetsOf(watch)).toEqual([]);
});
