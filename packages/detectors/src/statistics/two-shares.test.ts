import { expect, it } from 'vitest';
import { drawsOf } from './draws.fixture.ts';
import { shareInterval } from './interval.ts';
import { differenceSequence, evidenceOfDifference, leastTrials } from './two-shares.ts';

const ERROR = 0.02;
const BOUND = Math.log(1 / ERROR);

/** Sessions of the second until the difference is established; undefined: it is not within so many. */
function sessionsUntilFound(
  draw: () => number,
  { base, other, first, most, every }: { base: number; other: number; first: number; most: number; every: number },
): number | undefined {
  const [a, b] = [
    { hits: 0, trials: 0 },
    { hits: 0, trials: 0 },
  ];
  const see = (counts: typeof a, share: number) => {
    counts.trials++;
    if (draw() < share) counts.hits++;
  };
  for (let i = 0; i < first; i++) see(a, base);
  for (let i = 1; i <= most; i++) {
    see(b, other);
    if (i % every === 0 && evidenceOfDifference(a, b) >= BOUND) return i;
  }
  return undefined;
}

it('alarms falsely in at most 5 % of 2,000 fleets without a difference, though it is looked at after every session', () => {
  const draw = drawsOf(11);
  let alarms = 0;
  for (let i = 0; i < 2_000; i++) {
    const base = [0.5, 0.8, 0.9, 0.95, 0.99][i % 5] as number;
    const found = sessionsUntilFound(draw, {
      base,
      other: base,
      first: [40, 300][i % 2] as number,
      most: 400,
      every: 1,
    });
    if (found !== undefined) alarms++;
  }
  expect(shareInterval(alarms, 2_000).high).toBeLessThan(0.06);
  // it keeps to what it is set to
  expect(alarms / 2_000).toBeLessThan(ERROR);
});

it.each([
  [0.9, 0.85],
  [0.9, 0.95],
  [0.95, 0.9],
  [0.98, 0.93],
  [0.5, 0.4],
  [0.5, 0.6],
  [0.7, 0.8],
])('finds the step from %d to %d within 2,000 sessions in nine of ten fleets', (base, other) => {
  const draw = drawsOf(13);
  let found = 0;
  for (let i = 0; i < 200; i++) {
    if (sessionsUntilFound(draw, { base, other, first: 2_000, most: 2_000, every: 10 }) !== undefined) found++;
  }
  expect(found / 200).toBeGreaterThanOrEqual(0.9);
});

it('says nothing of few, nor where all went well or all failed', () => {
  const few = { hits: 0, trials: leastTrials - 1 };
  expect(evidenceOfDifference(few, { hits: 900, trials: 1_000 })).toBe(Number.NEGATIVE_INFINITY);
  expect(differenceSequence(few, { hits: 900, trials: 1_000 }, ERROR)).toEqual({ low: -1, high: 1 });
  for (const hits of [0, 500])
    expect(evidenceOfDifference({ hits, trials: 500 }, { hits, trials: 500 })).toBeLessThan(BOUND);
});

it('has a confidence sequence that holds what is not refuted', () => {
  const [a, b] = [
    { hits: 900, trials: 1_000 },
    { hits: 800, trials: 1_000 },
  ];
  const { low, high } = differenceSequence(a, b, ERROR);
  expect(low).toBeLessThan(-0.1);
  expect(low).toBeGreaterThan(-0.17);
  expect(high).toBeGreaterThan(-0.1);
  expect(high).toBeLessThan(0);
  expect(evidenceOfDifference(a, b, low)).toBeCloseTo(BOUND, 1);
  expect(evidenceOfDifference(a, b)).toBeGreaterThan(BOUND);
});
