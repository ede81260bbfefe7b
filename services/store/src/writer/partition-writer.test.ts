import { encodeBlock, encodeTick } from '@spanwise/schemas';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PartitionModel } from '../../test/partition-model.ts';
import { spans } from '../../test/records.ts';
import { MAX_DEAD_LETTERS } from './intent.ts';

const good = (records: number) => encodeBlock('Span', spans(records));
const bad = Buffer.from('no block');

/** Blocks of 1–4 records, ticks and garbage, with the gaps that transaction markers leave. */
const anyLog = fc.array(
  fc.record({
    value: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }).map(good) },
      { weight: 2, arbitrary: fc.constant(encodeTick('Span')) },
      { weight: 1, arbitrary: fc.constant(bad) },
    ),
    gap: fc.integer({ min: 0, max: 2 }),
  }),
  { minLength: 1, maxLength: 25 },
);

const step = fc.integer({ min: 1, max: 8 });
/** Dead for good, or frozen until some step of the next owner; at a step whose effect is still to come, or whose answer is lost. */
const anyCrash = fc.record({ step, done: fc.boolean(), wakes: fc.option(step, { nil: undefined }) });

test('a crash at any step, or a zombie that goes on from there, any number of times, stores every record once and no more', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyLog,
      fc.array(anyCrash, { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 6, maxLength: 6 }),
      fc.nat(3),
      async (log, crashes, rowLimits, again) => {
        const model = new PartitionModel(log);
        for (const [life, crash] of [...crashes, undefined].entries()) {
          // an owner may be configured otherwise than the one before
          await model.live({ rows: rowLimits[life] ?? 5, again, ...(crash ? { crash } : {}) });
        }
        expect(model.stored()).toEqual(model.expected());
        expect(model.committed).toEqual({ offset: model.end, metadata: '' });
        expect([...new Set(model.deadLetters)].sort((a, b) => a - b)).toEqual(model.badOffsets());
        expect(model.halts).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});

test('the insert of a zombie comes after that of its successor, and is dropped', async () => {
  const model = new PartitionModel([good(2), good(1)].map((value) => ({ value, gap: 0 })));
  // announced, then frozen before the insert, until the next has inserted and committed
  await model.live({ rows: 100, crash: { step: 2, done: false, wakes: 99 } });
  await model.live({ rows: 1 });
  expect(model.dropped).toBe(1);
  expect(model.stored()).toEqual(model.expected());
  expect(model.committed).toEqual({ offset: model.end, metadata: '' });
});

test('a block that is refused goes to dead letters, whatever is stored with it', async () => {
  await fc.assert(
    fc.asyncProperty(anyLog, fc.nat(), fc.integer({ min: 1, max: 50 }), async (log, pick, rows) => {
      const model = new PartitionModel(log);
      const offsets = model.goodOffsets();
      const refused = offsets[pick % Math.max(1, offsets.length)];
      await model.live({ rows, ...(refused === undefined ? {} : { refused }) });
      expect(model.stored()).toEqual(model.expected().filter(({ offset }) => offset !== refused));
      expect(model.committed).toEqual({ offset: model.end, metadata: '' });
      expect([...model.deadLetters].sort((a, b) => a - b)).toEqual(
        [...model.badOffsets(), ...(refused === undefined ? [] : [refused])].sort((a, b) => a - b),
      );
    }),
    { numRuns: 100 },
  );
});

test('a block that ClickHouse has no memory for now is tried again until it has, and is no dead letter', async () => {
  await fc.assert(
    fc.asyncProperty(anyLog, fc.integer({ min: 1, max: 12 }), async (log, tooLarge) => {
      const model = new PartitionModel(log);
      await model.live({ rows: 50, tooLarge });
      expect(model.stored()).toEqual(model.expected());
      expect(model.committed).toEqual({ offset: model.end, metadata: '' });
      expect(model.deadLetters.toSorted((a, b) => a - b)).toEqual(model.badOffsets());
    }),
    { numRuns: 100 },
  );
});

test('an owner that is asked to end while it reads an announced batch again leaves it as it was announced', async () => {
  const model = new PartitionModel([good(2), good(1), good(3)].map((value) => ({ value, gap: 0 })));
  // announced and inserted, and dead before the answer
  await model.live({ rows: 100, crash: { step: 2, done: true } });
  const announced = model.committed;
  await model.live({ rows: 1, upTo: 2 });
  expect(model.committed).toEqual(announced);
  await model.live({ rows: 1 });
  expect(model.stored()).toEqual(model.expected());
  expect(model.halts).toEqual([]);
});

test('what was announced and reads otherwise halts the partition and stores nothing, nor what comes after it', async () => {
  const model = new PartitionModel([good(2), good(1), good(1)].map((value) => ({ value, gap: 0 })));
  await model.live({ rows: 3, crash: { step: 2, done: false } });
  expect(model.committed.metadata).not.toBe('');
  model.replace(1, good(4));
  await model.live({ rows: 100 });
  expect(model.halts).toEqual([expect.stringContaining('number of records was 3, is 6')]);
  expect(model.stored()).toEqual([]);
});

test('what was announced as a dead letter stays one, though the next owner can read it', async () => {
  const model = new PartitionModel([good(2), bad, good(1)].map((value) => ({ value, gap: 0 })));
  // its letter is written, the rest announced and not inserted
  await model.live({ rows: 100, crash: { step: 3, done: false } });
  expect(model.deadLetters).toEqual([1]);
  model.replace(1, good(4));
  await model.live({ rows: 100 });
  expect(model.halts).toEqual([]);
  expect(model.stored().map(({ offset }) => offset)).toEqual([0, 2]);
});

test('an intent fits the metadata of an offset, however much is dead', async () => {
  const values = [...Array.from({ length: 3 * MAX_DEAD_LETTERS }, () => bad), good(1)];
  // offsets of as many digits as there can be
  const model = new PartitionModel(values.map((value, i) => ({ value, gap: i === 0 ? 9e15 : 0 })));
  await model.live({ rows: 100 });
  expect(model.halts).toEqual([]);
  expect(model.deadLetters).toEqual(model.badOffsets());
  expect(model.stored()).toEqual(model.expected());
});
