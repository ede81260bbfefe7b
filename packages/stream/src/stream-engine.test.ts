import { setTimeout as sleep } from 'node:timers/promises';
import { decodeBlock, encodeBlock, encodeTick } from '@spanwise/schemas';
import { describe, expect, it } from 'vitest';
import { entry, POISON } from '../test/ledger.ts';
import { ledgerInMemory, PARTITIONS } from '../test/ledger-in-memory.ts';
import { until } from '../test/until.ts';
import { type FaultPoint, MemoryBroker } from './broker/memory.ts';
import type { CommitEvent, DeadLetterEvent, RestoreEvent } from './observer.ts';

type SetUp = ReturnType<typeof ledgerInMemory>;
const settled = ({ audit, outputs }: SetUp) =>
  until('everything booked and closed', () => audit.complete(outputs('bookings')));
const problems = ({ audit, outputs }: SetUp) => audit.problems(outputs('bookings'), outputs('totals'));

describe('the engine', () => {
  it('processes everything once, while timers fire on idle partitions', async () => {
    const test = ledgerInMemory();
    await using engine = test.engine(new MemoryBroker(test.cluster));
    test.send(50);
    await engine.start();
    await settled(test);
    expect(problems(test)).toEqual([]);
    expect(engine.assigned).toEqual([0, 1, 2, 3]);
  });

  it('commits before it leaves, and its successor goes on from there', async () => {
    const test = ledgerInMemory();
    const broker = new MemoryBroker(test.cluster);
    const first = test.engine(broker);
    await first.start();
    test.send(40);
    await sleep(15);
    await first.stop();
    const restores: RestoreEvent[] = [];
    test.send(40);
    await using second = test.engine(broker, { observer: { onRestore: (event) => restores.push(event) } });
    await second.start();
    await settled(test);
    expect(problems(test)).toEqual([]);
    expect(restores).toHaveLength(PARTITIONS);
  });

  it('shares the work with those who join, and takes over from those who leave', async () => {
    const test = ledgerInMemory();
    await using first = test.engine(new MemoryBroker(test.cluster));
    await first.start();
    for (let round = 0; round < 4; round++) {
      const guest = test.engine(new MemoryBroker(test.cluster));
      test.send(20);
      await guest.start();
      await until('two each', () => first.assigned.length === 2 && guest.assigned.length === 2);
      test.send(20);
      await sleep(10);
      await guest.stop();
      await until('all back', () => first.assigned.length === 4);
    }
    await settled(test);
    expect(problems(test)).toEqual([]);
  });

  it('is exact through failures at every point, of commits that did commit too', async () => {
    const points: FaultPoint[] = ['fence', 'committed', 'read', 'send', 'before-commit', 'after-commit', 'append'];
    const test = ledgerInMemory();
    const broker = new MemoryBroker(test.cluster);
    let calls = 0;
    let recoveries = 0;
    broker.fault = (point) => {
      if (test.audit.sent < 600 && calls++ % 7 === points.indexOf(point)) throw new Error(`failure at ${point}`);
    };
    await using engine = test.engine(broker, { observer: { onRecovery: () => recoveries++ } });
    await engine.start();
    while (test.audit.sent < 600) {
      test.send(4);
      await sleep(3);
    }
    await settled(test);
    expect(problems(test)).toEqual([]);
    expect(recoveries).toBeGreaterThan(10);
  });

  it('is exact when processes freeze, lose their partitions, and wake up as zombies', async () => {
    const test = ledgerInMemory();
    const frozen = new MemoryBroker(test.cluster);
    await using zombie = test.engine(frozen);
    await using other = test.engine(new MemoryBroker(test.cluster));
    await zombie.start();
    await other.start();
    for (let round = 0; round < 5; round++) {
      test.send(20);
      await sleep(round * 3);
      frozen.freeze();
      await until('the other has all', () => other.assigned.length === 4);
      test.send(20);
      await sleep(15);
      frozen.thaw();
      test.send(20);
      await until('shared again', () => other.assigned.length === 2);
    }
    await settled(test);
    expect(problems(test)).toEqual([]);
  });

  it('buries a poisonous record and a poisonous message, tells of them once committed, and goes on', async () => {
    const test = ledgerInMemory();
    const told: DeadLetterEvent[] = [];
    await using engine = test.engine(new MemoryBroker(test.cluster), {
      observer: { onDeadLetter: (event) => told.push(event) },
    });
    await engine.start();
    test.send(10);
    test.cluster.append({ topic: 'entries', partition: 1, value: Buffer.from('garbage') });
    const value = encodeBlock('SpanRevision', [entry('p', 'poison', 1, POISON.now)]);
    test.cluster.append({ topic: 'entries', partition: 2, value });
    test.send(10);
    await settled(test);
    await until('both dead letters', () => told.length === 2);
    expect(problems(test)).toEqual([]);
    const dead = test.outputs('dead-letters').flatMap((block) => decodeBlock('DeadLetter', block));
    expect(dead.map(({ partition, reason }) => `${partition} ${reason}`).sort()).toEqual([
      '1 undecodable',
      '2 processor_error',
    ]);
  });

  it('stops fetching a partition that it cannot keep up with, and resumes', async () => {
    const test = ledgerInMemory();
    const broker = new MemoryBroker(test.cluster);
    const join = broker.join.bind(broker);
    const calls: string[] = [];
    broker.join = async (...parameters) => {
      const member = await join(...parameters);
      return {
        ...member,
        pause: (partition) => {
          calls.push('pause');
          member.pause(partition);
        },
        resume: (partition) => {
          calls.push('resume');
          member.resume(partition);
        },
      };
    };
    test.send(300);
    await using engine = test.engine(broker, { bufferBytes: 2_000 });
    await engine.start();
    await settled(test);
    expect(problems(test)).toEqual([]);
    expect(calls).toContain('pause');
    expect(calls.at(-1)).toBe('resume');
  });

  it('deletes the changelog before the last snapshot', async () => {
    const test = ledgerInMemory();
    await using engine = test.engine(new MemoryBroker(test.cluster));
    await engine.start();
    for (let round = 0; round < 30; round++) {
      test.send(4);
      await sleep(5);
    }
    await settled(test);
    expect(problems(test)).toEqual([]);
    await until('deleted', () => test.cluster.partitions('ledger-changelog').every(({ low }) => low > 0));
  });

  it('goes on where retention has deleted input, and says so', async () => {
    const test = ledgerInMemory();
    const broker = new MemoryBroker(test.cluster);
    test.send(20);
    const first = test.engine(broker);
    await first.start();
    await settled(test);
    await first.stop();
    const { high } = test.cluster.log('entries', 0);
    test.cluster.append({ topic: 'entries', partition: 0, value: Buffer.from('unread') });
    test.cluster.log('entries', 0).deleteBefore(high + 1);
    const lost: object[] = [];
    const commits: CommitEvent[] = [];
    await using second = test.engine(broker, {
      observer: { onLostInput: (event) => lost.push(event), onCommit: (event) => commits.push(event) },
    });
    await second.start();
    await until('told', () => lost.length === 1);
    expect(lost).toMatchObject([{ partition: 0, to: high + 1 }]);
    test.cluster.append({ topic: 'entries', partition: 0, value: Buffer.from('read') });
    await until('committed', () => commits.some(({ partition }) => partition === 0));
  });

  it('survives a member that can no longer be paused when one of its partitions fails', async () => {
    const test = ledgerInMemory();
    const broker = new MemoryBroker(test.cluster);
    const join = broker.join.bind(broker);
    let joins = 0;
    broker.join = async (...parameters) => {
      const member = await join(...parameters);
      const fail = () => {
        throw new Error('the consumer is not running');
      };
      return joins++ === 0 ? { ...member, pause: fail } : member;
    };
    let commits = 0;
    broker.fault = (point) => {
      if (point === 'before-commit' && commits++ === 3) throw new Error('failure at a commit');
    };
    await using engine = test.engine(broker);
    await engine.start();
    test.send(50);
    await settled(test);
    expect(problems(test)).toEqual([]);
    expect(joins).toBe(2);
  });

  it('tells the lag of a partition that makes no commit', async () => {
    const test = ledgerInMemory();
    const broker = new MemoryBroker(test.cluster);
    broker.fault = (point) => {
      if (point === 'before-commit') throw new Error('each commit fails');
    };
    const lags: object[] = [];
    const observer = { onLag: (lag: object) => lags.push(lag) };
    for (let i = 0; i < 7; i++) test.cluster.append({ topic: 'entries', partition: 1, value: Buffer.from('x') });
    await using engine = test.engine(broker, { lagIntervalMs: 5, observer });
    await engine.start();
    await until('told', () => lags.some((lag) => 'messages' in lag && lag.messages === 7));
    expect(lags).toContainEqual({ partition: 1, messages: 7 });
    test.cluster.append({ topic: 'entries', partition: 1, value: Buffer.from('x') });
    await until('told anew', () => lags.some((lag) => 'messages' in lag && lag.messages === 8));
  });

  it('lets time pass behind an aborted transaction at the end of an idle partition', async () => {
    const test = ledgerInMemory();
    // fills one fetch, so that the transaction comes alone in the next
    for (let i = 0; i < 99; i++)
      test.cluster.append({ topic: 'entries', partition: 0, value: encodeTick('SpanRevision') });
    const value = encodeBlock('SpanRevision', [entry('a', 'a-1', 1, 5)]);
    test.cluster.append({ topic: 'entries', partition: 0, value });
    test.cluster.send('other', test.cluster.initTransactions('other'), [{ topic: 'entries', partition: 0, value }]);
    test.cluster.initTransactions('other');
    await using engine = test.engine(new MemoryBroker(test.cluster));
    await engine.start();
    await until('booked', () => test.outputs('bookings').length > 0);
  });

  it('refuses to start where input and changelog have different numbers of partitions, or a topic is missing', async () => {
    const test = ledgerInMemory();
    const broker = new MemoryBroker(test.cluster);
    test.cluster.createTopic('ledger-changelog', 3);
    await expect(test.engine(broker).start()).rejects.toThrow('give both as many');
    await expect(test.engine(broker, { topicPrefix: 'x-' }).start()).rejects.toThrow('there is no topic x-entries');
  });
});
