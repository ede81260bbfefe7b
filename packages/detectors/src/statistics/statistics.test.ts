import { describe, expect, it, test } from 'vitest';
import { rejectedUpTo } from './benjamini-hochberg.ts';
import { drawsOf } from './draws.fixture.ts';
import { levelAbove } from './evidence-level.ts';
import { differenceInterval, shareInterval } from './interval.ts';
import { logBeta, logChoose, logGamma } from './log-beta.ts';
import { overRepresentation } from './over-representation.ts';
import { shareSequence } from './share-sequence.ts';

test.each([
  [0.5, Math.log(Math.sqrt(Math.PI))],
  [1, 0],
  [5, Math.log(24)],
  [10.5, 13.940_625_219_403_763],
  [1_000, 5_905.220_423_209_181],
])('the logarithm of Γ(%d) is known', (x, known) => {
  expect(logGamma(x)).toBeCloseTo(known, 10);
});

test('B(2, 3) is a twelfth, and there are 10 ways to choose 2 of 5', () => {
  expect(Math.exp(logBeta(2, 3))).toBeCloseTo(1 / 12, 12);
  expect(Math.exp(logChoose(5, 2))).toBeCloseTo(10, 9);
  expect(logChoose(5, 6)).toBe(Number.NEGATIVE_INFINITY);
});

describe('an interval for a share', () => {
  it('is Wilson’s, by the figures of Newcombe 1998', () => {
    const { low, high } = shareInterval(81, 263);
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
    expect(shareInterval(0, 20).high).toBeCloseTo(0.1611, 4);
    expect(shareInterval(0, 0)).toEqual({ low: 0, high: 1 });
  });

  it('of a difference is Newcombe’s, by the figures of his paper', () => {
    const { low, high } = differenceInterval({ hits: 48, trials: 80 }, { hits: 56, trials: 70 });
    expect(low).toBeCloseTo(0.0524, 4);
    expect(high).toBeCloseTo(0.3339, 4);
  });

  it('that may be looked at all the time is wider, and holds the share at all times', () => {
    const [once, always] = [shareInterval(90, 100), shareSequence({ hits: 90, trials: 100 }, 0.05)];
    expect(always.low).toBeLessThan(once.low);
    expect(always.high).toBeGreaterThan(once.high);
    const draw = drawsOf(7);
    let left = 0;
    for (let i = 0; i < 200; i++) {
      const counts = { hits: 0, trials: 0 };
      for (let n = 1; n <= 150; n++) {
        counts.trials = n;
        if (draw() < 0.9) counts.hits++;
        const { low, high } = shareSequence(counts, 0.05);
        if (low <= 0.9 && 0.9 <= high) continue;
        left++;
        break;
      }
    }
    expect(left / 200).toBeLessThan(0.05);
  });
});

test('a claim is established by the interval that always holds, hinted at by the one that holds once', () => {
  const level = (hits: number, trials: number) =>
    levelAbove(0.5, shareInterval(hits, trials), shareSequence({ hits, trials }, 0.05));
  expect(level(3, 4)).toBe('insufficient');
  expect(level(16, 22)).toBe('hint');
  expect(level(80, 100)).toBe('established');
});

test('the false discovery rate is kept as in the example of Benjamini and Hochberg 1995', () => {
  const pValues = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ];
  expect(rejectedUpTo(pValues, pValues.length, 0.05)).toBe(0.0095);
  expect(rejectedUpTo(pValues.slice(0, 5), 15, 0.05)).toBe(0.0095);
  expect(rejectedUpTo([0.5, 0.9], 2, 0.05)).toBe(0);
});

describe('over-representation', () => {
  it('is Fisher’s exact test for one stratum', () => {
    const tea = { failures: 4, failuresWith: 3, successes: 4, successesWith: 1 };
    expect(overRepresentation([tea])).toBeCloseTo(17 / 70, 10);
  });

  it('learns nothing from strata in which all or none have the attribute', () => {
    const tea = { failures: 4, failuresWith: 3, successes: 4, successesWith: 1 };
    const none = { failures: 50, failuresWith: 0, successes: 500, successesWith: 0 };
    const all = { failures: 50, failuresWith: 50, successes: 10, successesWith: 10 };
    expect(overRepresentation([none, tea, all])).toBeCloseTo(17 / 70, 8);
    expect(overRepresentation([none, all])).toBeCloseTo(1, 8);
  });

  it('is not fooled by an attribute that comes with a stratum in which more fails', () => {
    const strata = [
      { failures: 100, failuresWith: 90, successes: 100, successesWith: 90 },
      { failures: 10, failuresWith: 1, successes: 190, successesWith: 19 },
    ];
    expect(overRepresentation(strata)).toBeGreaterThan(0.3);
    const pooled = { failures: 110, failuresWith: 91, successes: 290, successesWith: 109 };
    expect(overRepresentation([pooled])).toBeLessThan(1e-10);
  });
});
