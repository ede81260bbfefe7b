/**
 * CPU seconds that the engine's process takes for a million spans, on a broker it starts itself:
 *
 *     node packages/stream/bench/engine.ts [spans] [spans per second for the live run] [workload]
 *
 * One JSON line per workload and pace: `fast` finds the whole backlog there, `live` is fed at the given rate.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startTestKafka } from '@spanwise/testkit';
import { KafkaBroker } from '../src/broker/kafkajs.ts';
import { kafkaClient } from '../src/broker/kafkajs-client.ts';
import { StreamEngine } from '../src/stream-engine.ts';
import { ensureTopics } from '../src/topics.ts';
import { benchTopic } from './bench-topic.ts';
import { benchTopology, WORKLOADS, type Workload } from './topologies.ts';

const spans = Number(process.argv[2] ?? 400_000);
const liveRate = Number(process.argv[3] ?? 20_000);
const PARTITIONS = 4;

await using kafka = await startTestKafka();
const admin = kafkaClient({ brokers: kafka.brokers, clientId: 'bench' }).admin();
await admin.connect();
for (const workload of WORKLOADS.filter((name) => (process.argv[4] ?? name) === name)) {
  await measure(workload, 'fast', spans, 0);
  await measure(workload, 'live', Math.min(spans, liveRate * 10), liveRate);
}
await admin.disconnect();

async function measure(workload: Workload, pace: 'fast' | 'live', count: number, rate: number): Promise<void> {
  const prefix = `${workload}-${pace}-`;
  await ensureTopics(
    admin,
    ['spans', 'changelog', 'copies', 'dead-letters'].map((name) => benchTopic(name, PARTITIONS)),
    prefix,
  );
  const feed = fork(fileURLToPath(new URL('./feed.ts', import.meta.url)), [
    kafka.brokers.join(','),
    `${prefix}spans`,
    `${PARTITIONS}`,
    `${count}`,
    `${rate}`,
  ]);
  await once(feed, 'message');
  if (rate === 0) await once(feed, 'exit');
  await using broker = await KafkaBroker.connect({ brokers: kafka.brokers, clientId: 'bench' });
  let records = 0;
  let commits = 0;
  let commitMs = 0;
  const observer = {
    onCommit: (commit: { records: number; durationMs: number }) => {
      records += commit.records;
      commits++;
      commitMs += commit.durationMs;
    },
  };
  await using engine = new StreamEngine(benchTopology(workload), broker, { topicPrefix: prefix, observer });
  const cpu = process.cpuUsage();
  const begin = performance.now();
  await engine.start();
  while (records < count) await sleep(20);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - begin) / 1000;
  const report = {
    workload,
    pace,
    spans: count,
    wallSeconds: seconds,
    spansPerSecond: Math.round(count / seconds),
    cpuSecondsPerMillionSpans: Number((user + system) / count).toFixed(2),
    commits,
    meanCommitMs: Math.round(commitMs / commits),
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
