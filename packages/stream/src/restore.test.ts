import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DELAY_MS, entry, ledger } from '../test/ledger.ts';
import { FAST, ledgerInMemory } from '../test/ledger-in-memory.ts';
import { until } from '../test/until.ts';
import { MemoryBroker } from './broker/memory.ts';
import type { EngineOptions } from './engine-options.ts';
import { silentLogger } from './logger.ts';
import type { CommitEvent, RestoreEvent } from './observer.ts';
import { decodeResumePoint, encodeResumePoint, type ResumePoint } from './resume-point.ts';
import { TopologyTestDriver } from './test-driver.ts';

const GROUP = ['ledger', 'entries'] as const;

/** A ledger that has run and stopped with open accounts in each partition, and what the next run tells. */
async function stoppedLedger() {
  const test = ledgerInMemory();
  // nothing closes: the state stays
  const idle = { snapshots: { intervalMs: 1e9, floorBytes: 1e9 }, tickAfterMs: false } as const;
  const first = test.engine(new MemoryBroker(test.cluster), idle);
  test.send(60);
  await first.start();
  // the clock moves on, and the first leave the reorder buffer
  await sleep(DELAY_MS + 10);
  test.send(60);
  await until('processed', () =>
    [0, 1, 2, 3].every((p) => point(p)?.nextOffset === test.cluster.log('entries', p).high),
  );
  await first.stop();
  const told = { unrestorable: [] as number[], restores: [] as RestoreEvent[], commits: [] as CommitEvent[] };
  const errors: object[] = [];
  const options: EngineOptions = {
    ...idle,
    logger: { ...silentLogger, error: (fields) => errors.push(fields) },
    observer: {
      onUnrestorable: ({ partition }) => told.unrestorable.push(partition),
      onRestore: (event) => told.restores.push(event),
      onCommit: (event) => told.commits.push(event),
    },
  };
  function point(partition: number): ResumePoint | undefined {
    const committed = test.cluster.committed(...GROUP, partition);
    return committed && decodeResumePoint(committed);
  }
  return { ...test, told, errors, options, point };
}

type Stopped = Awaited<ReturnType<typeof stoppedLedger>>;

/** Moves what a partition's offset says about the changelog. */
function claim({ cluster }: Stopped, partition: number, change: (point: ResumePoint) => ResumePoint): void {
  const committed = cluster.committed(...GROUP, partition);
  const point = committed && decodeResumePoint(committed);
  if (!point) throw new Error('nothing was committed');
  const id = 'operator';
  cluster.commit(
    id,
    cluster.initTransactions(id),
    new Map([[`ledger/entries/${partition}`, encodeResumePoint(change(point))]]),
  );
}

describe('state that cannot be restored', () => {
  it.each<[string, (test: Stopped) => void, RegExp]>([
    [
      'its begin was deleted',
      ({ cluster, point }) => cluster.log('ledger-changelog', 2).deleteBefore((point(2)?.changelogOffset ?? 0) + 1),
      /what lies below \d+ has been deleted/,
    ],
    [
      'the changelog was made anew',
      (test) => claim(test, 2, (point) => ({ ...point, changelogOffset: 1_000_000 })),
      /ends at \d+: the topic was made anew/,
    ],
    [
      'the changelog was made anew, and is just as long as what it lost',
      (test) =>
        claim(test, 2, (point) => ({ ...point, changelogOffset: test.cluster.log('ledger-changelog', 2).high })),
      /ends at \d+: the topic was made anew/,
    ],
    [
      'something else stands where it should begin',
      (test) => claim(test, 2, (point) => ({ ...point, changelogOffset: point.changelogOffset + 2 })),
      /should be, a sentinel or the begin of a snapshot, is gone/,
    ],
    [
      'the changelog holds what no engine wrote',
      ({ cluster }) => void cluster.append({ topic: 'ledger-changelog', partition: 2, value: Buffer.from('garbage!') }),
      /not a changelog message/,
    ],
    [
      'the offset is of another program',
      ({ cluster }) => {
        const offset = { offset: 0, metadata: 'mine' };
        cluster.commit('x', cluster.initTransactions('x'), new Map([['ledger/entries/2', offset]]));
      },
      /is none of this engine/,
    ],
  ])(
    'since %s is an error that names the place; the partition stands still, the others go on',
    async (_, damage, why) => {
      const test = await stoppedLedger();
      damage(test);
      const before = test.cluster.committed(...GROUP, 2);
      const grown = () => test.cluster.log('ledger-changelog', 2).high;
      await using engine = test.engine(new MemoryBroker(test.cluster), test.options);
      await engine.start();
      test.send(60);
      await until('told again', () => test.told.unrestorable.length >= 3);
      await until('others', () => [0, 1, 3].every((p) => test.told.commits.some(({ partition }) => partition === p)));
      expect(new Set(test.told.unrestorable)).toEqual(new Set([2]));
      expect(test.told.commits.filter(({ partition }) => partition === 2)).toEqual([]);
      expect(test.cluster.committed(...GROUP, 2)).toEqual(before);
      expect(test.errors[0]).toMatchObject({
        partition: 2,
        topic: expect.stringMatching(/^(ledger-changelog|entries)$/),
        offset: expect.any(Number),
        runbook: 'State that cannot be restored',
        err: expect.objectContaining({ message: expect.stringMatching(why) }),
      });
      const high = grown();
      await until('told once more', () => test.told.unrestorable.length >= 5);
      if (/made anew/.test(why.source)) expect(grown(), 'no sentinel brings it up to where it was').toBe(high);
    },
  );

  it.each(['as it starts', 'while it runs'])(
    'nor can one whose input ends before what was read, seen %s',
    async (when) => {
      const test = await stoppedLedger();
      const broker = new MemoryBroker(test.cluster);
      const { high } = test.cluster.log('entries', 2);
      if (when === 'as it starts') claim(test, 2, (point) => ({ ...point, nextOffset: high + 1 }));
      const join = broker.join.bind(broker);
      let truncated = () => {};
      broker.join = (group, topic, listener) => {
        truncated = () => listener.onTruncatedInput({ partition: 2, position: high + 1, end: high });
        return join(group, topic, listener);
      };
      await using engine = test.engine(broker, test.options);
      await engine.start();
      if (when === 'while it runs') {
        await until('all restored', () => test.told.restores.length === 4);
        truncated();
      }
      await until('told', () => test.told.unrestorable.length > 0);
      expect(new Set(test.told.unrestorable)).toEqual(new Set([2]));
      expect(test.errors[0]).toMatchObject({
        ...{ partition: 2, topic: 'entries', offset: high + 1, runbook: 'Input that ends before what was read' },
        err: expect.objectContaining({ message: expect.stringMatching(/ends at \d+, and was read up to/) }),
      });
      test.send(60);
      await until('others', () => [0, 1, 3].every((p) => test.told.commits.some(({ partition }) => partition === p)));
    },
  );

  it('is left behind by an offset without metadata: the partition goes on from there with an empty store', async () => {
    const test = await stoppedLedger();
    test.cluster.log('ledger-changelog', 2).deleteBefore((test.point(2)?.changelogOffset ?? 0) + 1);
    const offset = test.point(2)?.nextOffset ?? 0;
    test.cluster.resetOffset(...GROUP, 2, offset);
    await using engine = test.engine(new MemoryBroker(test.cluster), test.options);
    await engine.start();
    test.send(60);
    await until('all restored', () => test.told.restores.length === 4);
    expect(test.told.restores.find(({ partition }) => partition === 2)).toMatchObject({ keys: 0, messages: 0 });
    await until('goes on', () =>
      test.told.commits.some((commit) => commit.partition === 2 && commit.nextOffset > offset),
    );
    expect(test.errors).toEqual([]);
  });

  it('of a newer version waits for the newer software', async () => {
    const test = await stoppedLedger();
    await using older = test.engine(new MemoryBroker(test.cluster), test.options, { ...ledger(), stateVersion: 0 });
    await older.start();
    await until('told', () => new Set(test.told.unrestorable).size === 4);
    expect(test.errors[0]).toMatchObject({ err: { message: expect.stringContaining('run the newer software') } });
    await older.stop();
    await using right = test.engine(new MemoryBroker(test.cluster), { ...test.options, ...FAST });
    await right.start();
    await until('everything booked and closed', () => test.audit.complete(test.outputs('bookings')));
    expect(test.audit.problems(test.outputs('bookings'), test.outputs('totals'))).toEqual([]);
  });
});

describe('a restore that takes long', () => {
  it('is told of again and again, with how far it has come', async () => {
    const test = await stoppedLedger();
    const warnings: { fields: Record<string, unknown>; message: string }[] = [];
    const broker = new MemoryBroker(test.cluster);
    const read = broker.read.bind(broker);
    broker.read = async (...parameters) => {
      await sleep(60);
      await read(...parameters);
    };
    const logger = {
      ...silentLogger,
      warn: (fields: object, message: string) => warnings.push({ fields: { ...fields }, message }),
    };
    await using engine = test.engine(broker, { ...test.options, logger, restoreProgressMs: 20 });
    await engine.start();
    await until('restored', () => test.told.restores.length === 4);
    const long = warnings.filter(({ message }) => message.startsWith('restoring state takes long'));
    expect(long.length).toBeGreaterThanOrEqual(4);
    expect(long[0]?.fields).toMatchObject({ topic: 'ledger-changelog', messages: 0, left: expect.any(Number) });
    const told = long.length;
    await sleep(60);
    expect(warnings.filter(({ message }) => message.startsWith('restoring')).length).toBe(told);
  });
});

describe('what a restore reads', () => {
  const FLOOR = 2_000;

  it.each([
    ['many changes of a small state', 5, 400],
    ['a state that comes and goes', 200, 3_000],
  ])('is bounded by the state, through %s, though log time stands still and owners change', (_, accounts, rounds) => {
    const driver = new TopologyTestDriver(ledger({ delayMs: 0 }), {
      snapshots: { intervalMs: 1e9, floorBytes: FLOOR },
    });
    let largest = 0;
    let worst = 0;
    for (let i = 0; i < rounds; i++) {
      driver.pipe(entry(`account ${i % accounts}`, `${i % 40}`, i, i));
      if (i % 60 === 59) driver.crashAndRestore();
      // the state falls to nothing
      if (i % 1_000 === 999) driver.advance(1_000);
      largest = Math.max(largest, driver.stateBytes);
      worst = Math.max(worst, driver.changelogBytes / (4 * largest + FLOOR + 2_000));
    }
    expect(largest).toBeGreaterThan(1_000);
    expect(worst).toBeLessThanOrEqual(1);
  });

  it('is not written anew for a small change to a large state, however often', () => {
    const driver = new TopologyTestDriver(ledger({ delayMs: 0 }), { snapshots: { intervalMs: 1, floorBytes: FLOOR } });
    for (let i = 0; i < 300; i++) driver.pipe(entry(`account ${i}`, '0', i, 1), 10);
    const before = driver.changelogBytes;
    for (let i = 0; i < 30; i++) driver.pipe(entry('account 0', '0', 0, 1), 11 + i);
    expect(driver.changelogBytes - before).toBeLessThan(0.2 * driver.stateBytes);
  });
});
