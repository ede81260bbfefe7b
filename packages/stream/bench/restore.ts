/**
 * How long a partition takes to restore, by open keys, on a broker it starts itself:
 *
 *     node packages/stream/bench/restore.ts [open keys …]
 *
 * Each key has ten slots of 200 bytes and a timer, about 3 KB, as an open run of some ten spans has. One JSON line for each
 * number of keys; `emptyPartitionSeconds` is what another partition without state takes at the same time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeBlock, type SpanRevision } from '@spanwise/schemas';
import { startTestKafka } from '@spanwise/testkit';
import { KafkaBroker } from '../src/broker/kafkajs.ts';
import { kafkaClient } from '../src/broker/kafkajs-client.ts';
import type { EngineOptions } from '../src/engine-options.ts';
import type { CommitEvent, RestoreEvent } from '../src/observer.ts';
import { StreamEngine } from '../src/stream-engine.ts';
import { ensureTopics } from '../src/topics.ts';
import type { Topology } from '../src/topology.ts';
import { benchTopic } from './bench-topic.ts';

const SLOTS = 10;
const TEXT = 'x'.repeat(190);
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1_000, 10_000, 100_000];

const topology: Topology<'SpanRevision'> = {
  name: 'restore',
  input: 'in',
  inputRecord: 'SpanRevision',
  outputs: {},
  changelog: 'changelog',
  stateVersion: 1,
  keyOf: ({ traceId }) => traceId,
  createProcessor: () => ({
    process: ({ traceId, revision }, context) => {
      for (let i = 0; i < SLOTS; i++) context.store.put(traceId, `s/${i}`, { text: TEXT, revision });
      context.schedule(traceId, 'quiet', context.streamTime + 1e9);
    },
    punctuate: () => {},
  }),
};

await using kafka = await startTestKafka();
const client = kafkaClient({ brokers: kafka.brokers, clientId: 'bench' });
const admin = client.admin();
const producer = client.producer();
await Promise.all([admin.connect(), producer.connect()]);
for (const keys of sizes) process.stdout.write(`${JSON.stringify(await measure(keys))}\n`);
await Promise.all([admin.disconnect(), producer.disconnect()]);

async function measure(keys: number): Promise<object> {
  const topicPrefix = `restore-${keys}-`;
  await ensureTopics(
    admin,
    ['in', 'changelog', 'dead-letters'].map((name) => benchTopic(name, 2)),
    topicPrefix,
  );
  await using broker = await KafkaBroker.connect({ brokers: kafka.brokers, clientId: 'bench' });
  let commit: CommitEvent | undefined;
  let records = 0;
  const written = await run(broker, topicPrefix, {
    onCommit: (event) => {
      records += event.records;
      if (event.partition === 0) commit = event;
    },
  });
  // each key twice: half of what is written is of no use to a restore
  await send(`${topicPrefix}in`, 2 * keys, keys);
  while (records < 2 * keys) await sleep(50);
  await written.stop();
  const restored: RestoreEvent[] = [];
  const begin = performance.now();
  const cpu = process.cpuUsage();
  const again = await run(broker, topicPrefix, { onRestore: (event) => restored.push(event) });
  while (restored.length < 2) await sleep(1);
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = performance.now() - begin;
  await again.stop();
  const large = restored.find(({ partition }) => partition === 0);
  const small = restored.find(({ partition }) => partition === 1);
  return {
    keys: large?.keys,
    stateMiB: mib(commit?.stateBytes),
    readMiB: mib(large?.bytes),
    readPerState: Number(((large?.bytes ?? 0) / (commit?.stateBytes ?? 1)).toFixed(2)),
    seconds: Number(((large?.durationMs ?? 0) / 1000).toFixed(2)),
    cpuSeconds: Number(((user + system) / 1e6).toFixed(2)),
    emptyPartitionSeconds: Number(((small?.durationMs ?? 0) / 1000).toFixed(2)),
    allSeconds: Number((wallMs / 1000).toFixed(2)),
    heapMiB: mib(process.memoryUsage().heapUsed),
  };
}

async function run(
  broker: KafkaBroker,
  topicPrefix: string,
  observer: NonNullable<EngineOptions['observer']>,
): Promise<StreamEngine<'SpanRevision'>> {
  const engine = new StreamEngine(topology, broker, { topicPrefix, observer, tickAfterMs: false });
  await engine.start();
  return engine;
}

async function send(topic: string, count: number, keys: number): Promise<void> {
  for (let first = 0; first < count; first += 1_000) {
    const records = Array.from({ length: Math.min(1_000, count - first) }, (_, i) => record(first + i, keys));
    const value = encodeBlock('SpanRevision', records);
    await producer.send({ topic, messages: [{ partition: 0, value }] });
  }
}

function record(index: number, keys: number): SpanRevision {
  return {
    tenant: 'default',
    traceId: `default/${String(index % keys).padStart(32, '0')}`,
    spanId: `${index}`,
    receivedTime: index,
    resolvedSessionId: null,
    resolvedAgent: null,
    resolvedRelease: null,
    revision: index,
  };
}

function mib(bytes = 0): number {
  return Number((bytes / 1024 / 1024).toFixed(1));
}
