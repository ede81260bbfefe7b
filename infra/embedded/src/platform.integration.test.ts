import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from '@clickhouse/client';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startClickHouse } from './clickhouse.ts';
import { PrerequisiteError } from './errors.ts';
import { startKafka } from './kafka.ts';
import type { PlatformHandle } from './options.ts';
import { startPlatform } from './platform.ts';

let dataDir: string;
let platform: PlatformHandle;
const progress: string[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'spanwise-platform-'));
  platform = await startPlatform({ dataDir, onProgress: (line) => progress.push(line) });
}, 180_000);
afterAll(async () => {
  await platform?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const kafka = () =>
  new Kafka({
    brokers: platform.kafka.brokers,
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 20, retries: 50 },
  });

test('progress is shown, and nothing is logged that an operator must read', async () => {
  expect(progress).toContain(`Kafka: ready on ${platform.kafka.brokers[0]}`);
  expect(progress).toContain(`ClickHouse: ready on ${platform.clickhouse.url}`);
  expect(await readFile(platform.kafka.logFile, 'utf8')).not.toMatch(/ (ERROR|FATAL) /);
  expect(await readFile(platform.clickhouse.logFile, 'utf8')).toBe('');
});

describe('Kafka', () => {
  test('a transaction carries messages, stamped with the time of their append, and offsets', async () => {
    const admin = kafka().admin();
    const producer = kafka().producer({ transactionalId: 'tx', idempotent: true, maxInFlightRequests: 1 });
    const consumer = kafka().consumer({ groupId: 'readers', readUncommitted: false, maxWaitTimeInMs: 100 });
    await Promise.all([admin.connect(), producer.connect(), consumer.connect()]);
    const config = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }];
    await admin.createTopics({ topics: [{ topic: 'spans', numPartitions: 1, configEntries: config }] });

    const aborted = await producer.transaction();
    await aborted.send({ topic: 'spans', messages: [{ key: 'k', value: 'aborted' }] });
    await aborted.abort();
    const before = Date.now();
    const committed = await producer.transaction();
    await committed.send({ topic: 'spans', messages: [{ key: 'k', value: 'committed', timestamp: '1000' }] });
    const topics = [{ topic: 'spans', partitions: [{ partition: 0, offset: '7', metadata: 'intent' }] }];
    await committed.sendOffsets({ consumerGroupId: 'processors', topics });
    await committed.commit();

    const read = await new Promise<{ value: string; timestamp: number }>((resolve) => {
      void consumer.subscribe({ topic: 'spans', fromBeginning: true }).then(() =>
        consumer.run({
          eachMessage: async ({ message }) =>
            resolve({ value: String(message.value), timestamp: Number(message.timestamp) }),
        }),
      );
    });
    expect(read.value).toBe('committed');
    expect(read.timestamp).toBeGreaterThanOrEqual(before);
    expect(await admin.fetchOffsets({ groupId: 'processors', topics: ['spans'] })).toEqual([
      { topic: 'spans', partitions: [{ partition: 0, offset: '7', metadata: 'intent' }] },
    ]);
    await Promise.all([consumer.disconnect(), producer.disconnect(), admin.disconnect()]);
  });

  test('a topic that nobody created is not created by use', async () => {
    const producer = new Kafka({
      brokers: platform.kafka.brokers,
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    }).producer();
    await producer.connect();
    await expect(producer.send({ topic: 'tpyo', messages: [{ value: 'x' }] })).rejects.toThrow(/topic-partition/);
    await producer.disconnect();
  });
});

describe('ClickHouse', () => {
  const client = () => createClient({ url: platform.clickhouse.url });

  test('an Avro file is inserted once, however often its deduplication token is sent', async () => {
    await using closing = disposable(client());
    await closing.client.command({
      query: `CREATE TABLE avro (a Int64, b String) ENGINE = MergeTree ORDER BY a
              SETTINGS non_replicated_deduplication_window = 10000`,
    });
    for (const token of ['spans-0-0-2', 'spans-0-0-2', 'spans-0-2-4']) {
      const url = `${platform.clickhouse.url}/?insert_deduplication_token=${token}&query=INSERT%20INTO%20avro%20FORMAT%20Avro`;
      const response = await fetch(url, { method: 'POST', body: avroFile(), headers: { connection: 'close' } });
      expect(await response.text()).toBe('');
    }
    expect(await closing.rows('SELECT a, b, count() AS n FROM avro GROUP BY ALL ORDER BY a')).toEqual([
      { a: 1, b: 'one', n: 2 },
      { a: 2, b: 'two', n: 2 },
    ]);
  });

  test('sessions have a server defaults: synchronous inserts, no implicit SELECT, UTC', async () => {
    await using closing = disposable(client());
    const settings = `SELECT name, value FROM system.settings WHERE name IN ('async_insert', 'implicit_select') ORDER BY name`;
    expect(await closing.rows(settings)).toEqual([
      { name: 'async_insert', value: '0' },
      { name: 'implicit_select', value: '0' },
    ]);
    expect(await closing.rows('SELECT timezone() AS zone')).toEqual([{ zone: 'UTC' }]);
  });
});

describe('what stands in the way is one sentence', () => {
  test('a port that is taken, for each server', async () => {
    const kafkaPort = Number(platform.kafka.brokers[0]?.split(':')[1]);
    const clickhouseHttpPort = Number(new URL(platform.clickhouse.url).port);
    await expect(startKafka({ dataDir: join(dataDir, 'other'), kafkaPort })).rejects.toThrow(
      new PrerequisiteError(
        `Port ${kafkaPort} on 127.0.0.1 is already in use, so Kafka cannot listen there: stop what uses it, or choose another port (--kafka-port).`,
      ),
    );
    const starting = startClickHouse({ dataDir: join(dataDir, 'other'), clickhouseHttpPort });
    await expect(starting).rejects.toThrow(/already in use, so ClickHouse \(HTTP\).*--clickhouse-http-port/);
  });
});

describe('the command', () => {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const children: ChildProcess[] = [];
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  test('after kill -9 nothing runs on, and a start on the same folder right away finds the data', async () => {
    const folder = join(dataDir, 'killed');
    const first = await startCommand(folder);
    await write(first.brokers, first.url);
    first.process.kill('SIGKILL');

    const second = await startCommand(folder);
    expect(await readBack(second.brokers, second.url)).toEqual({ topics: ['kept'], rows: 3 });
    second.process.kill('SIGINT');
    expect(await once(second.process, 'exit')).toEqual([0, null]);
    await expect(fetch(second.url)).rejects.toThrow();
    await until(async () => !(await commandLines()).some((line) => line.includes(folder)));
  }, 120_000);

  async function startCommand(folder: string) {
    const child = spawn(process.execPath, [main, '--data-dir', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let problems = '';
    child.stderr.on('data', (text) => {
      problems += text;
    });
    const variables: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      variables.push(line);
      if (variables.length === 2) break;
    }
    const [brokers, url] = variables.map((line) => line.slice(line.indexOf('=') + 1));
    if (!brokers || !url) throw new Error(`the command did not start: ${problems}`);
    return { process: child, brokers: [brokers], url };
  }
});

async function write(brokers: string[], url: string): Promise<void> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 2 }] });
  await admin.disconnect();
  await using closing = disposable(createClient({ url }));
  await closing.client.command({ query: 'CREATE TABLE kept (a Int64) ENGINE = MergeTree ORDER BY a' });
  await closing.client.command({ query: 'INSERT INTO kept SELECT number FROM numbers(3)' });
}

async function readBack(brokers: string[], url: string) {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => !topic.startsWith('__'));
  await admin.disconnect();
  await using closing = disposable(createClient({ url }));
  const [row] = await closing.rows('SELECT count() AS rows FROM kept');
  return { topics, rows: row?.rows };
}

function disposable(client: ReturnType<typeof createClient>) {
  return {
    client,
    rows: async (query: string): Promise<Record<string, unknown>[]> =>
      (await client.query({ query, format: 'JSONEachRow' })).json<Record<string, unknown>>(),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** An Avro object container file by the specification: header with schema and sync marker, one block of two records. */
function avroFile(): Buffer {
  const schema = '{"type":"record","name":"r","fields":[{"name":"a","type":"long"},{"name":"b","type":"string"}]}';
  const zigzag = (value: number) => {
    const bytes: number[] = [];
    let rest = value * 2;
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    return Buffer.from([...bytes, rest]);
  };
  const text = (value: string) => Buffer.concat([zigzag(Buffer.byteLength(value)), Buffer.from(value)]);
  const sync = Buffer.alloc(16, 7);
  const records = Buffer.concat([zigzag(1), text('one'), zigzag(2), text('two')]);
  const metadata = [zigzag(1), text('avro.schema'), text(schema), zigzag(0)];
  return Buffer.concat([Buffer.from('Obj\u0001'), ...metadata, sync, zigzag(2), zigzag(records.length), records, sync]);
}

async function commandLines(): Promise<string[]> {
  const ps = spawn('ps', ['-A', '-o', 'args='], { stdio: ['ignore', 'pipe', 'ignore'] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: ps.stdout })) lines.push(line);
  return lines;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 60_000; !(await condition()); await sleep(100)) {
    if (performance.now() > deadline) throw new Error('not within 60 s');
  }
}
