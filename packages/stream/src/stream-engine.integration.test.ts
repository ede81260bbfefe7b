import '@spanwise/testkit/vitest-kafka';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { decodeBlock, encodeBlock } from '@spanwise/schemas';
import { uniqueName } from '@spanwise/testkit';
import type { Producer } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { Collector, createTopics, topicSpec } from '../test/kafka.ts';
import { entry, ledger, POISON } from '../test/ledger.ts';
import { LedgerAudit } from '../test/ledger-audit.ts';
import { until } from '../test/until.ts';
import { KafkaBroker } from './broker/kafkajs.ts';
import { kafkaClient } from './broker/kafkajs-client.ts';
import type { EngineOptions } from './engine-options.ts';
import { partitionForKey } from './partition.ts';
import { StreamEngine } from './stream-engine.ts';

const PARTITIONS = 4;
const program = fileURLToPath(new URL('../test/ledger-process.ts', import.meta.url));

describe('the engine on Kafka', () => {
  const brokers = inject('kafkaBrokers');
  const client = kafkaClient({ brokers, clientId: 'test' });
  let producer: Producer;
  let broker: KafkaBroker;
  let prefix: string;
  let audit: LedgerAudit;
  let collector: Collector;

  beforeAll(async () => {
    // what is sent twice would be booked twice, rightly
    producer = client.producer({ allowAutoTopicCreation: false, idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    broker = await KafkaBroker.connect({ brokers, clientId: 'engine', sessionTimeoutMs: 30_000 });
  });
  afterAll(async () => {
    await producer.disconnect();
    await broker[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    prefix = uniqueName('ledger');
    audit = new LedgerAudit(20);
    const specs = [
      topicSpec('entries', PARTITIONS),
      topicSpec('ledger-changelog', PARTITIONS),
      topicSpec('bookings', 2),
      topicSpec('totals', 1),
      topicSpec('dead-letters', 1),
    ];
    await createTopics(brokers, specs, prefix);
    collector = new Collector(brokers);
    await collector.start(['bookings', 'totals', 'dead-letters'].map((topic) => prefix + topic));
  });
  afterEach(() => collector[Symbol.asyncDispose]());

  const engine = (options: EngineOptions = {}) =>
    new StreamEngine(ledger(), broker, { topicPrefix: prefix, commitIntervalMs: 50, ...options });

  async function send(blocks: number): Promise<void> {
    const messages = [...audit.blocks(blocks, 5)].map(([account, value]) => ({
      partition: partitionForKey(account, PARTITIONS),
      value,
    }));
    await producer.send({ topic: `${prefix}entries`, messages });
  }

  const outputs = (topic: string) => collector.values(prefix + topic);
  const settled = () => until('everything booked and closed', () => audit.complete(outputs('bookings')));
  const problems = () => audit.problems(outputs('bookings'), outputs('totals'));

  it('processes everything once, and fires timers on partitions that have gone idle', async () => {
    await using running = engine();
    await running.start();
    for (let i = 0; i < 10; i++) await send(10);
    await settled();
    expect(problems()).toEqual([]);
  });

  it('shares the partitions with a second instance and takes them back', async () => {
    const restored: number[] = [];
    await using first = engine({ observer: { onRestore: ({ partition }) => restored.push(partition) } });
    await first.start();
    await send(40);
    await until('all restored', () => restored.length === 4);
    const second = engine();
    await second.start();
    await until('two each', () => first.assigned.length === 2 && second.assigned.length === 2);
    const lent = second.assigned;
    for (let i = 0; i < 10; i++) await send(10);
    await second.stop();
    await until('all back', () => first.assigned.length === 4);
    await send(40);
    await settled();
    expect(problems()).toEqual([]);
    expect(restored.slice(4).sort(), 'what stayed kept its store').toEqual([...lent].sort());
  });

  it('buries poison and goes on', async () => {
    await using running = engine();
    await running.start();
    await send(10);
    const poison = encodeBlock('SpanRevision', [entry('p', 'poison', 1, POISON.now)]);
    await producer.send({
      topic: `${prefix}entries`,
      messages: [
        { partition: 0, value: Buffer.from('garbage') },
        { partition: 1, key: 'k', value: null },
        { partition: 2, value: poison },
      ],
    });
    await send(10);
    await settled();
    expect(problems()).toEqual([]);
    await until('three dead letters', () => outputs('dead-letters').length === 3);
    const dead = outputs('dead-letters').flatMap((block) => decodeBlock('DeadLetter', block));
    expect(dead.map(({ partition, reason }) => `${partition} ${reason}`).sort()).toEqual([
      '0 undecodable',
      '1 undecodable',
      '2 processor_error',
    ]);
  });

  it('is exact when processes are killed, and when they freeze and wake up as zombies', async () => {
    await using cast = new AsyncDisposableStack();
    const start = async () => {
      const child = fork(program, [brokers.join(','), prefix]);
      cast.defer(async () => void child.kill('SIGKILL'));
      const seen = { assigned: 0 };
      child.on('message', ({ assigned }: { assigned: number }) => {
        seen.assigned = assigned;
      });
      return { child, seen };
    };
    const first = await start();
    const second = await start();
    await until('two each', () => first.seen.assigned === 2 && second.seen.assigned === 2);
    const sending = feed(() => send(4), 30);
    await sleep(1_000);
    second.child.kill('SIGKILL');
    const third = await start();
    await until('shared again', () => first.seen.assigned === 2 && third.seen.assigned === 2);
    await sleep(500);
    third.child.kill('SIGSTOP');
    await until('the other has all', () => first.seen.assigned === 4);
    await sleep(500);
    third.child.kill('SIGCONT');
    await until('shared once more', () => first.seen.assigned === 2);
    await sleep(500);
    await sending.stop();
    await settled();
    expect(problems()).toEqual([]);
    await Promise.all([stopped(first.child), stopped(third.child)]);
  });
});

function feed(send: () => Promise<void>, everyMs: number): { stop(): Promise<void> } {
  let running = true;
  const done = (async () => {
    while (running) {
      await send();
      await sleep(everyMs);
    }
  })();
  return {
    stop: async () => {
      running = false;
      await done;
    },
  };
}

async function stopped(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.send('stop');
  const [code] = await exit;
  expect(code).toBe(0);
}
