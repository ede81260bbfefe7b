import '@spanwise/testkit/vitest-kafka';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeBlock } from '@spanwise/schemas';
import { uniqueName } from '@spanwise/testkit';
import type { Admin, Producer } from 'kafkajs';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createTopics, topicSpec } from '../test/kafka.ts';
import { entry, ledger } from '../test/ledger.ts';
import { until } from '../test/until.ts';
import { KafkaBroker } from './broker/kafkajs.ts';
import { kafkaClient } from './broker/kafkajs-client.ts';
import type { EngineOptions } from './engine-options.ts';
import type { CommitEvent, RestoreEvent } from './observer.ts';
import { StreamEngine } from './stream-engine.ts';

const PARTITIONS = 2;
const FLOOR = 4_000;

describe('the state of a partition on Kafka', () => {
  const brokers = inject('kafkaBrokers');
  const client = kafkaClient({ brokers, clientId: 'test' });
  let producer: Producer;
  let admin: Admin;
  let broker: KafkaBroker;
  let prefix: string;
  const commits: CommitEvent[] = [];
  const restores: RestoreEvent[] = [];
  const unrestorable: { partition: number; message: string }[] = [];

  beforeAll(async () => {
    producer = client.producer({ allowAutoTopicCreation: false });
    admin = client.admin();
    await Promise.all([producer.connect(), admin.connect()]);
    broker = await KafkaBroker.connect({ brokers, clientId: 'engine', sessionTimeoutMs: 30_000 });
  });
  afterAll(async () => {
    await Promise.all([producer.disconnect(), admin.disconnect()]);
    await broker[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    prefix = uniqueName('restore');
    const names = ['entries', 'ledger-changelog', 'bookings', 'totals', 'dead-letters'];
    const specs = names.map((name) => topicSpec(name, PARTITIONS));
    await createTopics(brokers, specs, prefix);
    for (const list of [commits, restores, unrestorable]) list.length = 0;
  });

  const engine = (options: EngineOptions = {}) =>
    new StreamEngine(ledger({ delayMs: 0, quietMs: 1e9 }), broker, {
      topicPrefix: prefix,
      commitIntervalMs: 10,
      commitIntervalPerPartitionMs: 0,
      idleCommitIntervalMs: 50,
      tickAfterMs: false,
      unrestorableRetryMs: 200,
      snapshots: { intervalMs: 1e9, floorBytes: FLOOR },
      observer: {
        onCommit: (event) => commits.push(event),
        onRestore: (event) => restores.push(event),
        onUnrestorable: ({ partition, error }) => unrestorable.push({ partition, message: error.message }),
      },
      ...options,
    });

  /** The same few accounts and entries over and over: the state stays small, whatever passes through it. */
  async function send(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      const messages = [0, 1].map((partition) => {
        const records = Array.from({ length: 20 }, (_, i) => entry(`account ${i % 4}`, `${i}`, round, round + i));
        return { partition, value: encodeBlock('SpanRevision', records) };
      });
      await producer.send({ topic: `${prefix}entries`, messages });
      await sleep(10);
    }
  }

  const processed = async (partition: number) => {
    const { high } = await broker.watermarks(`${prefix}entries`, partition);
    return commits.some((commit) => commit.partition === partition && commit.nextOffset === high);
  };

  it('is restored by reading no more than four times what it is, and the log before that is deleted', async () => {
    const first = engine();
    await first.start();
    const written = () => commits.reduce((sum, { changelogBytes }) => sum + changelogBytes, 0);
    // however many rounds a commit takes together
    while (written() < 20 * FLOOR) await send(10);
    await until('processed', async () => (await processed(0)) && (await processed(1)));
    await first.stop();
    const last = commits.findLast(({ partition }) => partition === 0);
    const state = Math.max(...commits.map(({ stateBytes }) => stateBytes));
    const largestCommit = Math.max(...commits.map(({ changelogBytes }) => changelogBytes));
    restores.length = 0;
    await using second = engine();
    await second.start();
    await until('restored', () => restores.length === PARTITIONS);
    const restored = restores.find(({ partition }) => partition === 0);
    expect(restored).toMatchObject({ keys: last?.keys });
    expect(restored?.bytes, `state ${state}`).toBeLessThanOrEqual(4 * state + FLOOR + largestCommit);
    expect(written()).toBeGreaterThan(4 * (restored?.bytes ?? 0));
    const { low } = await broker.watermarks(`${prefix}ledger-changelog`, 0);
    expect(low).toBeGreaterThan(0);
  });

  it('that has lost its begin stands still and says so, while the others go on, until an operator sets the offset', async () => {
    const first = engine();
    await first.start();
    await send(10);
    await until('processed', async () => (await processed(0)) && (await processed(1)));
    await first.stop();
    const { high } = await broker.watermarks(`${prefix}ledger-changelog`, 1);
    await broker.deleteRecords(`${prefix}ledger-changelog`, 1, high);
    commits.length = 0;
    const second = engine();
    await second.start();
    await send(10);
    await until('the other goes on', () => processed(0));
    await until('told twice', () => unrestorable.length >= 2);
    expect(unrestorable[0]).toMatchObject({ partition: 1, message: expect.stringContaining('has been deleted') });
    expect(commits.filter(({ partition }) => partition === 1)).toEqual([]);
    await second.stop();

    // as the runbook says
    const groupId = `${prefix}ledger`;
    const topic = `${prefix}entries`;
    const [{ partitions } = { partitions: [] }] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const offset = partitions.find(({ partition }) => partition === 1)?.offset ?? '';
    await admin.setOffsets({ groupId, topic, partitions: [{ partition: 1, offset }] });
    restores.length = 0;
    await using third = engine();
    await third.start();
    await until('goes on', () => processed(1));
    expect(restores.find(({ partition }) => partition === 1)).toMatchObject({ messages: 0, keys: 0 });
    expect(restores.find(({ partition }) => partition === 0)?.keys).toBeGreaterThan(0);
  });
});
