/**
 * How long partitions stand still when a process joins, leaves, or is killed, on a broker it starts itself:
 *
 *     node packages/stream/bench/rebalance.ts [session time-out, ms]
 *
 * Two processes share eight partitions that are fed all the time, with commits every 250 ms. One JSON line for each event: the
 * longest time without a commit, of the partitions that changed hands and of those that stayed, and how many were restored.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeBlock } from '@spanwise/schemas';
import { startTestKafka } from '@spanwise/testkit';
import { KafkaBroker } from '../src/broker/kafkajs.ts';
import { kafkaClient } from '../src/broker/kafkajs-client.ts';
import { StreamEngine } from '../src/stream-engine.ts';
import { ensureTopics } from '../src/topics.ts';
import { entry, ledger } from '../test/ledger.ts';
import { benchTopic } from './bench-topic.ts';

const PARTITIONS = 8;
const QUIET_MS = 5_000;

interface Told {
  partition: number;
  what: 'commit' | 'restore';
  /** When the parent heard of it, ms. */
  at: number;
  by: number;
}

if (process.send) await child();
else await parent(Number(process.argv[2] ?? 10_000));

async function child(): Promise<void> {
  const [brokers = '', sessionTimeoutMs] = process.argv.slice(2);
  const broker = await KafkaBroker.connect({
    brokers: brokers.split(','),
    clientId: 'bench',
    sessionTimeoutMs: Number(sessionTimeoutMs),
  });
  const tell = (what: string) => (event: { partition: number }) => process.send?.({ what, partition: event.partition });
  const engine = new StreamEngine(ledger({ delayMs: 0, quietMs: QUIET_MS }), broker, {
    observer: { onCommit: tell('commit'), onRestore: tell('restore') },
  });
  process.on('message', async () => {
    await engine.stop();
    await broker[Symbol.asyncDispose]();
    process.disconnect();
  });
  await engine.start();
}

async function parent(sessionTimeoutMs: number): Promise<void> {
  await using kafka = await startTestKafka();
  const client = kafkaClient({ brokers: kafka.brokers, clientId: 'bench-feed' });
  const admin = client.admin();
  const producer = client.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  await ensureTopics(
    admin,
    ['entries', 'ledger-changelog', 'bookings', 'totals', 'dead-letters'].map((name) => benchTopic(name, PARTITIONS)),
  );
  await admin.disconnect();
  const told: Told[] = [];
  const start = (): ChildProcess => {
    const started = fork(import.meta.filename, [kafka.brokers.join(','), `${sessionTimeoutMs}`]);
    started.on('message', ({ what, partition }: Pick<Told, 'what' | 'partition'>) => {
      told.push({ what, partition, at: performance.now(), by: started.pid ?? 0 });
    });
    return started;
  };
  let feeding = true;
  const feed = (async () => {
    for (let i = 0; feeding; i++) {
      const messages = Array.from({ length: PARTITIONS }, (_, partition) => {
        const records = Array.from({ length: 20 }, (_, at) => entry(`account ${at}`, `${(i + at) % 200}`, i, 1));
        return { partition, value: encodeBlock('SpanRevision', records) };
      });
      await producer.send({ topic: 'entries', messages });
      await sleep(40);
    }
  })();
  const stay = start();
  await settled(told, 1);
  let guest = start();
  await report('a process joins', told, () => settled(told, 2));
  guest.send('stop');
  await report('a process stops', told, () => settled(told, 1));
  guest = start();
  await settled(told, 2);
  guest.kill('SIGKILL');
  await report('a process is killed', told, async () => {
    await sleep(sessionTimeoutMs / 2);
    await settled(told, 1);
  });
  stay.send('stop');
  await once(stay, 'exit');
  feeding = false;
  await feed;
  await producer.disconnect();
}

/** Every partition has committed in the last two seconds, and so many processes had part in it. */
async function settled(told: readonly Told[], processes: number): Promise<void> {
  for (;;) {
    await sleep(500);
    const lately = told.filter(({ what, at }) => what === 'commit' && at > performance.now() - 2_000);
    const partitions = new Set(lately.map(({ partition }) => partition));
    if (partitions.size === PARTITIONS && new Set(lately.map(({ by }) => by)).size === processes) return;
  }
}

async function report(event: string, told: Told[], over: () => Promise<void>): Promise<void> {
  const begin = performance.now();
  const owners = ownersBefore(told, begin);
  await over();
  const later = told.filter(({ at }) => at >= begin);
  const all = [...owners.keys()];
  const moved = all.filter((each) => later.some(({ partition, by }) => partition === each && by !== owners.get(each)));
  const stayed = all.filter((each) => !moved.includes(each));
  const longest = (partitions: number[]) => Math.max(0, ...partitions.map((each) => longestGap(told, each, begin)));
  const line = {
    event,
    changedHands: moved.length,
    stoodStillMs: longest(moved),
    stayed: stayed.length,
    othersStoodStillMs: longest(stayed),
    restored: later.filter(({ what }) => what === 'restore').length,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function ownersBefore(told: readonly Told[], time: number): Map<number, number> {
  return new Map(
    told.filter(({ what, at }) => what === 'commit' && at < time).map(({ partition, by }) => [partition, by]),
  );
}

function longestGap(told: readonly Told[], partition: number, from: number): number {
  const commits = told.filter((each) => each.what === 'commit' && each.partition === partition);
  const last = commits.findLastIndex(({ at }) => at < from);
  const times = commits.slice(Math.max(0, last)).map(({ at }) => at);
  return Math.round(Math.max(0, ...times.slice(1).map((at, i) => at - (times[i] as number))));
}
