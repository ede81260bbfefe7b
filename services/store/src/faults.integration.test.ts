import '@spanwise/testkit/vitest-clickhouse';
import '@spanwise/testkit/vitest-kafka';
import { type DeadLetter, decodeBlock, encodeBlock } from '@spanwise/schemas';
import { uniqueName } from '@spanwise/testkit';
import { PartitionAssigners } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { ClickHouseProxy } from '../test/clickhouse-proxy.ts';
import { Pipeline } from '../test/pipeline.ts';
import { RECEIVED_US, run, spans, stepStats } from '../test/records.ts';
import { StoreProcess } from '../test/store-process.ts';
import { encodeIntent } from './writer/intent.ts';

let pipeline: Pipeline;

beforeEach(async () => {
  pipeline = await Pipeline.start(inject('kafkaBrokers'), inject('clickhouseUrl'));
});
afterEach(() => pipeline[Symbol.asyncDispose]());

/** Step statistics that count as `n` spans in all: doubled or lost, the sum tells. */
const stats = (n: number) => Array.from({ length: n }, () => stepStats([1_000_000]));
const statsStored = 'SELECT sum(span_count) FROM step_stats';

describe('a store that is killed', () => {
  test.for(['lose_request', 'lose_answer'] as const)(
    'with %s of its insert leaves it to the next, which stores it once',
    async (fault) => {
      await using proxy = await ClickHouseProxy.start(inject('clickhouseUrl'));
      await using killed = new StoreProcess(
        pipeline.env({ SPANWISE_CLICKHOUSE_URL: proxy.url, SPANWISE_STORE_BATCH_AGE: '500ms' }),
      );
      await killed.ready();
      proxy.fault = fault;
      await pipeline.send('step-stats', 'StepStats', stats(100));
      await pipeline.send('runs', 'Run', [run('a'), run('b', { verdict: 'failed', previousVerdict: 'correct' })]);
      await expect.poll(() => proxy.lost, { message: killed.output }).toBe(2);
      const [announced] = await pipeline.committed('step-stats');
      expect(announced).toMatchObject({ offset: 0, metadata: expect.stringContaining('"end":10') });
      await killed.kill();
      if (fault === 'lose_answer') expect(await pipeline.count(statsStored), 'it had arrived').toBe(100);
      // what comes later must not join the announced batch
      await pipeline.send('step-stats', 'StepStats', stats(50));

      await using next = await pipeline.store();
      await pipeline.reaches(statsStored, 150);
      await pipeline.reaches('SELECT count() FROM runs', 2);
      await expect.poll(() => pipeline.committed('step-stats')).toEqual([{ partition: 0, offset: 15, metadata: null }]);
      await expect.poll(() => pipeline.committed('runs')).toEqual([{ partition: 0, offset: 1, metadata: null }]);
      expect(await pipeline.count(statsStored)).toBe(150);
      expect(await pipeline.rows('SELECT verdict, toInt32(count) AS n FROM verdict_counts ORDER BY verdict')).toEqual([
        { verdict: 'failed', n: 1 },
      ]);
      expect(await next.registry.metrics()).toContain('spanwise_store_recoveries_total{topic="step-stats"} 1');
    },
  );
});

describe('two stores', () => {
  test('share the partitions, and neither a joining nor a leaving one loses or doubles anything', async () => {
    const send = async (rounds: number) => {
      for (let i = 0; i < rounds; i++) {
        await Promise.all(
          [0, 1, 2, 3].map((partition) =>
            pipeline.send('step-stats', 'StepStats', stats(50), { partition, perBlock: 5 }),
          ),
        );
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await using _first = await pipeline.store();
    const second = await pipeline.store();
    await using third = new StoreProcess(pipeline.env());
    await third.ready();
    await send(40);
    await second.service.stop();
    await send(40);
    await third.kill();
    await send(20);
    await pipeline.reaches(statsStored, 100 * 4 * 50);
    expect((await pipeline.committed('step-stats')).every(({ offset }) => offset > 0)).toBe(true);
  });
});

describe('ClickHouse', () => {
  test('away, then back: readiness tells, nothing is lost', async () => {
    await using proxy = await ClickHouseProxy.start(inject('clickhouseUrl'));
    await using store = await pipeline.store({ SPANWISE_CLICKHOUSE_URL: proxy.url, SPANWISE_STORE_BATCH_ROWS: '100' });
    await pipeline.send('spans', 'Span', spans(50));
    await pipeline.reaches('SELECT count() FROM spans', 50);
    proxy.fault = 'away';
    for (let from = 50; from < 5050; from += 500) await pipeline.send('spans', 'Span', spans(500, from));
    await expect.poll(() => store.health.ready).toBe(false);
    expect(store.health.report().components.clickhouse).toMatchObject({ ok: false });
    const metrics = await store.registry.metrics();
    const buffered = Number(/spanwise_store_buffered_bytes (\d+)/.exec(metrics)?.[1]);
    expect(buffered, 'what waits is fetched').toBeGreaterThan(0);
    proxy.fault = 'none';
    await pipeline.reaches('SELECT count() FROM spans', 5050);
    await expect.poll(() => store.health.ready).toBe(true);
  });

  test('away at the start: the store waits for it', async () => {
    await using proxy = await ClickHouseProxy.start(inject('clickhouseUrl'));
    proxy.fault = 'away';
    await pipeline.send('spans', 'Span', spans(10));
    const starting = pipeline.store({ SPANWISE_CLICKHOUSE_URL: proxy.url });
    await new Promise((resolve) => setTimeout(resolve, 500));
    proxy.fault = 'none';
    await using _store = await starting;
    await pipeline.reaches('SELECT count() FROM spans', 10);
  });

  test('refusing one block of many: it goes to dead letters, the others are stored', async () => {
    await using _store = await pipeline.store();
    // an insert over more than a hundred days is refused however often it is tried
    const scattered = spans(150, 1000).map((span, i) => ({ ...span, receivedTime: RECEIVED_US + i * 86_400_000_000 }));
    const good = spans(60);
    await pipeline.sendRaw('spans', [
      ...[0, 10, 20].map((at) => encodeBlock('Span', good.slice(at, at + 10))),
      encodeBlock('Span', scattered),
      ...[30, 40, 50].map((at) => encodeBlock('Span', good.slice(at, at + 10))),
    ]);
    await pipeline.reaches('SELECT count() FROM spans', 60);
    const [letter] = await deadLetters(1);
    expect(letter).toMatchObject({ topic: `${pipeline.prefix}spans`, partition: 0, offset: 3, reason: 'rejected' });
    expect(decodeBlock('Span', letter?.value ?? Buffer.alloc(0))).toHaveLength(150);
    await expect.poll(() => pipeline.committed('spans')).toEqual([{ partition: 0, offset: 7, metadata: null }]);
  });
});

test('blocks that are none go to dead letters whole, the rest is stored', async () => {
  const [a, b, c] = [spans(10, 0), spans(10, 10), spans(10, 20)].map((records) => encodeBlock('Span', records));
  if (!a || !b || !c) throw new Error('no blocks');
  const flipped = Buffer.from(a);
  flipped[100] = (flipped[100] ?? 0) ^ 1;
  const miscounted = Buffer.from(a);
  miscounted.writeUInt32BE(9, 8);
  const unknown = Buffer.from(a);
  unknown.fill(0xee, 0, 8);
  const poison: [Buffer | null, string][] = [
    [flipped, 'bad_checksum'],
    [miscounted, 'undecodable'],
    [unknown, 'unknown_schema'],
    [a.subarray(0, 10), 'undecodable'],
    [null, 'undecodable'],
    [encodeBlock('Run', [run('x')]), 'undecodable'],
  ];
  const mixed = [a, ...poison.slice(0, 3).map(([value]) => value), b, ...poison.slice(3).map(([value]) => value), c];
  await using store = await pipeline.store();
  await pipeline.sendRaw('spans', mixed);
  await pipeline.reaches('SELECT count() FROM spans', 30);
  const letters = await deadLetters(poison.length);
  expect(letters.map(({ offset, reason }) => ({ offset, reason }))).toEqual(
    poison.map(([, reason], i) => ({ offset: i < 3 ? i + 1 : i + 2, reason })),
  );
  expect(letters.map(({ value }) => value)).toEqual(poison.map(([value]) => value));
  expect(await store.registry.metrics()).toContain(
    'spanwise_store_dead_letters_total{topic="spans",reason="bad_checksum"} 1',
  );
});

test('a partition that reads other than what was announced halts, loudly and alone', async () => {
  await using first = await pipeline.store();
  await pipeline.send('spans', 'Span', spans(10));
  await pipeline.reaches('SELECT count() FROM spans', 10);
  await first.service.stop();
  // as if somebody had announced a batch whose messages are no longer what they were
  const admin = pipeline.kafka.admin();
  await admin.connect();
  await pipeline.send('spans', 'Span', spans(10, 100));
  await admin.disconnect();
  await forgeIntent(1, { end: 2, records: 9, fingerprint: '00', checksum: 1, deadLetters: [] });

  await using store = await pipeline.store();
  await expect.poll(() => store.health.ready).toBe(false);
  expect(store.health.report().components.partitions?.detail).toMatch(/spans\/0 is halted: fingerprint was 00, is /);
  await pipeline.send('spans', 'Span', spans(10, 200), { partition: 1 });
  await pipeline.reaches('SELECT count() FROM spans', 20);
  expect(await store.registry.metrics()).toContain('spanwise_store_halted_partitions 1');
  expect((await pipeline.committed('spans')).find(({ partition }) => partition === 0)?.offset).toBe(1);
});

/** Commits an intent as a member of the group would. */
async function forgeIntent(offset: number, intent: Parameters<typeof encodeIntent>[0]): Promise<void> {
  const topic = `${pipeline.prefix}spans`;
  const consumer = pipeline.kafka.consumer({ groupId: `${pipeline.prefix}store`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({ autoCommit: false, eachBatch: async () => {} });
  await joined;
  await consumer.commitOffsets([{ topic, partition: 0, offset: String(offset), metadata: encodeIntent(intent) }]);
  await consumer.disconnect();
}

async function deadLetters(expected: number): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  const consumer = pipeline.kafka.consumer({ groupId: uniqueName('letters'), maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [`${pipeline.prefix}dead-letters`], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      if (message.value) letters.push(...decodeBlock('DeadLetter', message.value));
    },
  });
  await expect.poll(() => letters.length).toBe(expected);
  await consumer.disconnect();
  return letters.sort((a, b) => a.offset - b.offset);
}

describe('a store whose consumer crashes for good', () => {
  test('says so as an error and ends, for a supervisor to start another', async () => {
    // a stranger in its group, of a kind that the broker does not let in together with others
    const stranger = pipeline.kafka.consumer({
      groupId: `${pipeline.prefix}store`,
      partitionAssigners: [
        (options) => {
          const usual = PartitionAssigners.roundRobin(options);
          return { ...usual, name: 'strange', protocol: (topics) => ({ ...usual.protocol(topics), name: 'strange' }) };
        },
      ],
    });
    await stranger.connect();
    await stranger.subscribe({ topic: `${pipeline.prefix}runs` });
    await stranger.run({ eachMessage: async () => {} });
    await using store = new StoreProcess(pipeline.env());
    expect(await store.ended()).toBe(1);
    await stranger.disconnect();
    const lines = store.output.split('\n').filter((line) => line.startsWith('{'));
    const grave = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error' || level === 'fatal');
    expect(grave).toMatchObject([
      {
        level: 'error',
        msg: 'the consumer has crashed for good',
        groupId: `${pipeline.prefix}store`,
        err: { message: expect.stringContaining('protocol') },
      },
      { level: 'fatal', msg: 'uncaught exception' },
    ]);
  });
});
