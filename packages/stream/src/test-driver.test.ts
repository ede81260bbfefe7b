import type { DeadLetter, SpanRevision } from '@spanwise/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { booking, DELAY_MS, entry, type LedgerCounters, ledger, POISON, QUIET_MS } from '../test/ledger.ts';
import { TopologyTestDriver } from './test-driver.ts';

const bookings = (driver: TopologyTestDriver<'SpanRevision'>) =>
  driver.outputs<'SpanRevision'>('bookings').map((record) => booking(record));
const balances = (driver: TopologyTestDriver<'SpanRevision'>) =>
  bookings(driver).map(({ account, id, balance }) => `${account} ${id} ${balance}`);
const total = (driver: TopologyTestDriver<'SpanRevision'>) =>
  driver.outputs<'SpanRevision'>('totals').reduce((sum, { revision }) => sum + revision, 0);
const deadLetters = (driver: TopologyTestDriver<'SpanRevision'>): DeadLetter[] =>
  driver.outputs<'DeadLetter'>('dead-letters');

describe('a topology in the test driver', () => {
  it('processes a record one reorder delay after it came, in the order of its end', () => {
    const driver = new TopologyTestDriver(ledger());
    driver.pipe(entry('a', 'late', 30, 1), 100);
    driver.pipe(entry('a', 'early', 10, 2), 110);
    expect(balances(driver)).toEqual([]);
    driver.advance(10);
    expect(balances(driver)).toEqual(['a early 2', 'a late 3']);
    expect(bookings(driver).map(({ streamTime, dueTime }) => [streamTime, dueTime])).toEqual([
      [120, 110],
      [120, 100],
    ]);
  });

  it('says the same where it keeps nothing to recover from, and then refuses to', () => {
    const [kept, forgetful] = [true, false].map((recoverable) => new TopologyTestDriver(ledger(), { recoverable }));
    for (const driver of [kept, forgetful]) {
      driver?.pipe(entry('a', '1', 30, 1), 100);
      driver?.pipe(entry('a', '2', 10, 2), 200);
      driver?.advance(QUIET_MS + DELAY_MS);
    }
    if (!kept || !forgetful) throw new Error('two drivers were made');
    expect(balances(forgetful)).toEqual(balances(kept));
    expect(balances(forgetful)).toEqual(['a 1 1', 'a 2 3']);
    expect(kept.changelogBytes).toBeGreaterThan(0);
    expect(forgetful.changelogBytes).toBe(0);
    expect(() => forgetful.crashAndRestore()).toThrow('nothing was kept to recover from');
  });

  it('processes a record at once when the topology does not reorder', () => {
    const driver = new TopologyTestDriver(ledger({ delayMs: 0 }));
    driver.pipe([entry('a', '2', 30, 1), entry('a', '1', 10, 2)], 100);
    expect(balances(driver)).toEqual(['a 2 1', 'a 1 3']);
  });

  it('fires a timer when the clock reaches it and not before, and forgets the state', () => {
    const driver = new TopologyTestDriver(ledger({ delayMs: 0 }));
    driver.pipe(entry('a', '1', 0, 5), 100);
    driver.advance(QUIET_MS - 1);
    expect(balances(driver)).toEqual(['a 1 5']);
    driver.advance(1);
    expect(balances(driver)).toEqual(['a 1 5', 'a closed 5']);
    expect(driver.state()).toEqual({});
    expect(driver.timers).toBe(0);
  });

  it('fires timers before a record of a later turn in the same step of the clock', () => {
    const driver = new TopologyTestDriver(ledger({ delayMs: 0 }));
    driver.pipe(entry('a', '1', 0, 5), 100);
    driver.pipe(entry('b', '1', 0, 1), 300);
    expect(balances(driver)).toEqual(['a 1 5', 'a closed 5', 'b 1 1']);
  });

  it('fires a timer that is set for the very time at which a held record leaves after it', () => {
    const driver = new TopologyTestDriver(ledger());
    driver.pipe(entry('a', '1', 0, 5), 100);
    driver.advance(DELAY_MS);
    driver.pipe(entry('a', '2', 0, 1), 100 + QUIET_MS);
    driver.advance(DELAY_MS);
    expect(balances(driver)).toEqual(['a 1 5', 'a 2 6']);
  });

  it('never turns its clock back', () => {
    const driver = new TopologyTestDriver(ledger({ delayMs: 0 }));
    driver.pipe(entry('a', '1', 0, 5), 100);
    driver.pipe(entry('a', '2', 0, 5), 60);
    expect(bookings(driver).map(({ streamTime }) => streamTime)).toEqual([100, 100]);
  });

  it('moves counters after the commit only', () => {
    const counters: LedgerCounters = { booked: 0 };
    const driver = new TopologyTestDriver(ledger({ delayMs: 0, counters }), { autoCommit: false });
    driver.pipe(entry('a', '1', 0, 5), 100);
    expect(counters.booked).toBe(0);
    expect(balances(driver)).toEqual([]);
    driver.commit();
    expect(counters.booked).toBe(1);
    expect(balances(driver)).toEqual(['a 1 5']);
  });

  it('throws when a stored object was altered without a put', () => {
    const topology = ledger({ delayMs: 0 });
    const driver = new TopologyTestDriver({
      ...topology,
      createProcessor: () => ({
        process: (record, { store }) => {
          const state = store.get<{ n: number }>('k', 'n');
          if (state) state.n = record.revision;
          else store.put('k', 'n', { n: 0 });
        },
        punctuate: () => {},
      }),
    });
    driver.pipe(entry('a', '1', 0, 0));
    expect(() => driver.pipe(entry('a', '2', 0, 7))).toThrow('k/n');
  });

  it('migrates the state of an older version, and refuses that of a newer one', () => {
    const old = ledger({ delayMs: 0 });
    const driver = new TopologyTestDriver(old);
    driver.pipe(entry('a', '1', 0, 5), 10);
    const migrate = { 1: (_key: string, slot: string, value: unknown) => (slot === 'balance' ? { sum: 1000 } : value) };
    driver.crashAndRestore({ ...old, stateVersion: 2, migrate });
    driver.pipe(entry('a', '2', 0, 5), 20);
    expect(balances(driver)).toEqual(['a 1 5', 'a 2 1005']);
    expect(() => driver.crashAndRestore(old)).toThrow('written by version 2');
    expect(() => driver.crashAndRestore({ ...old, stateVersion: 3 })).toThrow('no migration from state version 1');
  });
});

describe('what cannot be processed', () => {
  const good = (id: string, amount = 1) => entry('a', id, 0, amount);

  it.each([
    ['a record whose processing throws', POISON.now, 'poison'],
    ['a record that leaves state which cannot be serialised', POISON.unserialisable, 'BigInt'],
    ['a record that makes an output too large to send', POISON.tooLarge, 'at most'],
  ])('undoes %s, buries it, and processes the others of its block', (_, amount, detail) => {
    const driver = new TopologyTestDriver(ledger({ delayMs: 0 }));
    driver.pipe([good('1'), good('2', amount), good('3')], 100);
    driver.pipe(good('4'), 101);
    expect(balances(driver)).toEqual(['a 1 1', 'a 3 2', 'a 4 3']);
    expect(total(driver)).toBe(3);
    expect(Object.keys(driver.state().a ?? {})).toEqual(['balance', 'e/1', 'e/3', 'e/4']);
    const [dead, ...others] = deadLetters(driver);
    expect(others).toEqual([]);
    expect(dead).toMatchObject({ service: 'ledger', topic: 'entries', partition: 0, offset: 0, time: 100_000 });
    expect(dead?.reason).toBe('processor_error');
    expect(dead?.detail).toContain(detail);
    expect(dead?.key?.toString()).toBe('a');
  });

  it('counts what was processed beside a record whose processing throws, and not that record', () => {
    const counters: LedgerCounters = { booked: 0 };
    const driver = new TopologyTestDriver(ledger({ delayMs: 0, counters }));
    driver.pipe([good('1'), good('2', POISON.now), good('3')], 100);
    driver.pipe(good('4'), 101);
    expect(counters.booked).toBe(3);
  });

  it('buries a record as a block that can be sent again', () => {
    const driver = new TopologyTestDriver(ledger({ delayMs: 0 }));
    driver.pipe([good('1'), good('2', POISON.now)], 100);
    const value = deadLetters(driver)[0]?.value as Buffer;
    const mended = new TopologyTestDriver({
      ...ledger({ delayMs: 0 }),
      createProcessor: () => ({
        process: (record, context) => context.forward<'SpanRevision'>('bookings', 'k', record),
        punctuate: () => {},
      }),
    });
    mended.pipe(value, 1);
    expect(balances(mended)).toEqual([`a 2 ${POISON.now}`]);
  });

  it('undoes a timer that throws, buries it, and drops the key that nothing could clean up any more', () => {
    const driver = new TopologyTestDriver(ledger({ delayMs: 0 }));
    driver.pipe([good('1', POISON.later), entry('b', '1', 0, 4)], 100);
    driver.advance(QUIET_MS);
    expect(balances(driver)).toEqual([`a 1 ${POISON.later}`, 'b 1 4', 'b closed 4']);
    expect(deadLetters(driver)).toMatchObject([{ reason: 'processor_error', value: null }]);
    expect(deadLetters(driver)[0]?.detail).toMatch(/^timer quiet, set for \d+: /);
    expect(driver.state()).toEqual({});
    expect(driver.timers).toBe(0);
  });

  it('buries a record that has no group', () => {
    const driver = new TopologyTestDriver(ledger());
    driver.pipe([good('1'), good('2', POISON.noKey)], 100);
    driver.advance(DELAY_MS);
    expect(balances(driver)).toEqual(['a 1 1']);
    expect(deadLetters(driver)).toMatchObject([{ detail: 'Error: no group', key: null }]);
  });

  it.each([
    ['its group', DELAY_MS],
    ['its key alone', 0],
  ])('buries a record whose state no changelog message could carry, by %s, and goes on', (_, delayMs) => {
    const driver = new TopologyTestDriver(ledger({ delayMs }));
    const long = entry('x'.repeat(1_000_000), '1', 0, 5);
    driver.pipe([good('1'), long, good('2')], 100);
    driver.advance(DELAY_MS);
    expect(balances(driver)).toEqual(['a 1 1', 'a 2 2']);
    expect(deadLetters(driver)).toMatchObject([
      { reason: 'processor_error', detail: expect.stringContaining('characters, at most') },
    ]);
    expect(driver.changelogBytes).toBeLessThan(1_000);
    driver.crashAndRestore();
    driver.pipe(good('3'), 130);
    driver.advance(DELAY_MS);
    expect(balances(driver).at(-1)).toBe('a 3 3');
  });

  it.each([
    ['garbage', Buffer.from('this is no block at all'), 'unknown_schema'],
    ['an empty message', Buffer.alloc(0), 'undecodable'],
  ])('buries %s, and goes on', (_, bytes, reason) => {
    const driver = new TopologyTestDriver(ledger({ delayMs: 0 }));
    driver.pipe(bytes, 5);
    driver.pipe(good('1'), 6);
    expect(balances(driver)).toEqual(['a 1 1']);
    expect(deadLetters(driver)).toMatchObject([{ reason, offset: 0, value: bytes }]);
    driver.crashAndRestore();
    expect(deadLetters(driver)).toHaveLength(1);
  });

  it('survives a flood in which every record throws', () => {
    const driver = new TopologyTestDriver(ledger({ delayMs: 0 }));
    driver.pipe(
      Array.from({ length: 500 }, (_, i) => good(`${i}`, POISON.now)),
      5,
    );
    expect(deadLetters(driver)).toHaveLength(500);
    expect(driver.state()).toEqual({});
  });
});

describe('a crash', () => {
  type Action =
    | { kind: 'pipe'; records: SpanRevision[]; afterMs: number }
    | { kind: 'garbage'; afterMs: number }
    | { kind: 'commit' }
    | { kind: 'crash' };

  const record = fc
    .record({
      account: fc.constantFrom('a', 'b', 'c'),
      id: fc.nat(30),
      time: fc.nat(60),
      amount: fc.oneof(
        { weight: 12, arbitrary: fc.integer({ min: 1, max: 9 }) },
        // not `unserialisable`: whether such a value lives until a commit is a matter of when one comes
        { weight: 1, arbitrary: fc.constantFrom(POISON.now, POISON.later, POISON.noKey) },
      ),
    })
    .map(({ account, id, time, amount }) => entry(account, `${id}`, time, amount));

  const afterMs = fc.oneof(fc.nat(8), fc.integer({ min: -5, max: 60 }));
  const action: fc.Arbitrary<Action> = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('pipe' as const),
        records: fc.array(record, { maxLength: 4 }),
        afterMs,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('garbage' as const), afterMs }) },
    { weight: 3, arbitrary: fc.constant({ kind: 'commit' as const }) },
    { weight: 3, arbitrary: fc.constant({ kind: 'crash' as const }) },
  );

  function play(actions: readonly Action[], delayMs: number, withCrashes: boolean, snapshotIntervalMs = 60_000) {
    const driver = new TopologyTestDriver(ledger({ delayMs }), {
      autoCommit: false,
      startMs: 1000,
      snapshots: { intervalMs: snapshotIntervalMs, floorBytes: 1_000 },
    });
    for (const step of actions) {
      if (step.kind === 'pipe') driver.pipe(step.records, driver.now + step.afterMs);
      if (step.kind === 'garbage') driver.pipe(Buffer.from('garbage'), driver.now + step.afterMs);
      if (!withCrashes) continue;
      if (step.kind === 'commit') driver.commit();
      if (step.kind === 'crash') driver.crashAndRestore();
    }
    driver.commit();
    return {
      bookings: bookings(driver),
      total: total(driver),
      state: driver.state(),
      held: driver.held,
      timers: driver.timers,
      dead: deadLetters(driver)
        .map(({ offset, detail, value }) => `${offset} ${detail.split('\n')[0]} ${value?.toString('hex')}`)
        .sort(),
    };
  }

  it('does not bring back a record that left early with one that is not read again', () => {
    const driver = new TopologyTestDriver(ledger());
    driver.pipe(entry('a', 'late', 10, 1), 1000);
    driver.pipe(entry('a', 'early', 5, 2), 1010);
    driver.advance(15);
    expect(balances(driver)).toEqual(['a early 2', 'a late 3']);
    driver.crashAndRestore();
    driver.advance(20);
    expect(balances(driver)).toEqual(['a early 2', 'a late 3']);
  });

  it.each([0, DELAY_MS])('anywhere gives the same output as none, with a reorder delay of %i ms', (delayMs) => {
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 40 }),
        fc.constantFrom(1, 30, 100_000),
        (actions, snapshotIntervalMs) => {
          const unharmed = play(actions, delayMs, false);
          const crashed = play(actions, delayMs, true, snapshotIntervalMs);
          expect(crashed).toEqual(unharmed);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('a snapshot', () => {
  it('bounds the changelog, whatever passes through, and restores what the whole would', () => {
    const driver = new TopologyTestDriver(ledger({ delayMs: 0 }), {
      snapshots: { intervalMs: 100, floorBytes: 1_000 },
      autoCommit: false,
    });
    let most = 0;
    for (let i = 0; i < 2000; i++) {
      driver.pipe(entry(`account ${i % 7}`, `${i % 50}`, i, i), i);
      if (i % 3 === 0) driver.commit();
      most = Math.max(most, driver.changelogBytes);
    }
    driver.commit();
    const state = driver.state();
    expect(Object.keys(state)).toHaveLength(7);
    expect(most).toBeLessThan(40_000);
    driver.crashAndRestore();
    expect(driver.state()).toEqual(state);
    expect(driver.timers).toBe(7);
  });

  it('of a state far larger than one commit is spread over many, while changes go on', () => {
    const driver = new TopologyTestDriver(
      {
        ...ledger({ delayMs: 0 }),
        createProcessor: () => ({
          process: ({ traceId, revision }, { store }) => {
            if (revision < 0) store.delete(traceId);
            else store.put(traceId, 'text', `${revision}`.repeat(20_000));
          },
          punctuate: () => {},
        }),
      },
      { snapshots: { intervalMs: 50, floorBytes: 1_000 } },
    );
    for (let i = 0; i < 100; i++) driver.pipe(entry(`key ${i % 60}`, '', 0, i), i * 10);
    for (let i = 0; i < 30; i++) driver.pipe(entry(`key ${i}`, '', 0, -1), 1000 + i * 10);
    const state = driver.state();
    expect(Object.keys(state)).toHaveLength(30);
    driver.crashAndRestore();
    expect(driver.state()).toEqual(state);
  });

  it('carries a value larger than a message', () => {
    const text = 'ä"€😀\n'.repeat(200_000);
    const driver = new TopologyTestDriver({
      ...ledger({ delayMs: 0 }),
      createProcessor: () => ({
        process: (_, { store }) => store.put('k', 'text', text),
        punctuate: () => {},
      }),
    });
    driver.pipe(entry('a', '', 0, 0), 1);
    driver.crashAndRestore();
    expect(driver.state()).toEqual({ k: { text } });
  });
});
