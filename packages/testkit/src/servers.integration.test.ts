import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { Kafka, logLevel } from 'kafkajs';
import { afterEach, expect, inject, test, vi } from 'vitest';
import { startTestClickHouse, startTestKafka, uniqueName } from './servers.ts';
import type {} from './vitest-clickhouse.ts';
import type {} from './vitest-kafka.ts';

afterEach(() => vi.unstubAllEnvs());

test('the broker that the test files share takes a topic', async () => {
  const admin = new Kafka({ brokers: inject('kafkaBrokers'), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const topic = uniqueName('spans');
  expect(await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] })).toBe(true);
  expect(await admin.listTopics()).toContain(topic);
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
});

test('the ClickHouse server that the test files share answers', async () => {
  const headers = { connection: 'close' };
  const response = await fetch(`${inject('clickhouseUrl')}/?query=SELECT%20version()`, { headers });
  expect(await response.text()).toMatch(/^\d+\.\d+/);
});

test('an external server is used as it is, and not stopped', async () => {
  vi.stubEnv('SPANWISE_KAFKA_BROKERS', inject('kafkaBrokers').join(','));
  vi.stubEnv('SPANWISE_CLICKHOUSE_URL', inject('clickhouseUrl'));
  {
    await using kafka = await startTestKafka();
    await using clickhouse = await startTestClickHouse();
    expect(kafka).toMatchObject({ source: 'external', brokers: inject('kafkaBrokers') });
    expect(clickhouse).toMatchObject({ source: 'external', url: inject('clickhouseUrl') });
  }
  expect((await fetch(`${inject('clickhouseUrl')}/ping`, { headers: { connection: 'close' } })).ok).toBe(true);
});

test('a server of its own is gone after disposal, with its data', async () => {
  let url: string;
  {
    await using clickhouse = await startTestClickHouse();
    url = clickhouse.url;
    expect((await fetch(`${url}/ping`, { headers: { connection: 'close' } })).ok).toBe(true);
  }
  await expect(fetch(`${url}/ping`)).rejects.toThrow();
  const folder = existsSync('/dev/shm') ? '/dev/shm' : '/tmp';
  expect((await readdir(folder)).filter((name) => name.startsWith(`spanwise-test-${process.pid}-`))).toEqual([]);
});
