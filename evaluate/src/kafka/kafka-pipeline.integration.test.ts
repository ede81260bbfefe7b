import { join } from 'node:path';
import { createClient } from '@clickhouse/client';
import { kafkaClient, loadLocalConfig } from '@spanwise/local';
import { scratchFolder, startTestClickHouse, startTestKafka } from '@spanwise/testkit';
import { beforeAll, expect, test } from 'vitest';
import { evaluateFleet } from '../evaluation.ts';
import { recentStart } from '../options.ts';
import { type Evaluated, reportOf } from '../report.ts';
import { KafkaPipeline } from './kafka-pipeline.ts';

const fleet = { preset: 'fleet', sessions: 60, seed: 11, convention: 'all', faultShare: 0.6, sessionsPerDay: 100 };
const options = { ...fleet, startMs: recentStart(fleet, Date.now()) };

let inMemory: Evaluated;
let throughKafka: Evaluated;
/** Topics and databases on the servers */
let before: string[];
let after: string[];

beforeAll(async () => {
  inMemory = await evaluateFleet(options);
  await using kafka = await startTestKafka();
  await using clickhouse = await startTestClickHouse();
  const folder = await scratchFolder();
  const given = { ...loadLocalConfig(), brokers: kafka.brokers, clickhouseUrl: clickhouse.url };
  before = await everythingOn(kafka.brokers, clickhouse.url);
  try {
    const starting = { config: given, dataDir: join(folder.path, 'data'), onProgress: () => {} };
    await using pipeline = await KafkaPipeline.start(starting);
    throughKafka = await evaluateFleet(options, {}, pipeline);
  } finally {
    await folder.remove();
  }
  after = await everythingOn(kafka.brokers, clickhouse.url);
});

async function everythingOn(brokers: readonly string[], url: string): Promise<string[]> {
  const admin = kafkaClient(brokers).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((name) => !name.startsWith('__'));
  await admin.disconnect();
  const client = createClient({ url });
  const result = await client.query({ query: 'SELECT name FROM system.databases', format: 'JSONEachRow' });
  const databases = await result.json<{ name: string }>();
  await client.close();
  return [...topics, ...databases.map(({ name }) => name)].sort();
}

const told = ({ findings }: Evaluated): string[] =>
  findings.map(({ findingId, revision, pattern, spanId }) => `${pattern} ${spanId} ${findingId} ${revision}`).sort();

test('the services find what the engine without a broker finds, by id, revision for revision', () => {
  expect(told(inMemory).length).toBeGreaterThan(40);
  expect(told(throughKafka)).toEqual(told(inMemory));
});

test('everything was judged and stored', () => {
  expect(throughKafka.problems).toEqual([]);
  expect(throughKafka.spans).toBe(inMemory.spans);
});

test('the report is the same, its delays and verdicts included', () => {
  expect(reportOf(throughKafka)).toEqual(reportOf(inMemory));
});

test('servers that were given are left as they were', () => {
  expect(after).toEqual(before);
});
