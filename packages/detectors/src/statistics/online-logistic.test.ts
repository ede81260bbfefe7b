import { describe, expect, it } from 'vitest';
import { type Belief, forget, learnExample, logistic, logOddsOf } from './online-logistic.ts';

/** Numbers from 0 to 1 that look random: multiples of the golden ratio. */
const spread = (i: number, salt: number): number => ((i + 1) * (0.618_033_988_75 + salt * 0.137)) % 1;

describe('learning weights one example after the other', () => {
  it('comes near the weights that examples are drawn with, and is as sure as it may be', () => {
    const truth = [-1, 2, 0];
    const beliefs: Belief[] = truth.map(() => ({ mean: 0, variance: 1 }));
    for (let i = 0; i < 5_000; i++) {
      const values = [1, spread(i, 1) * 2 - 1, spread(i, 2) * 2 - 1];
      const terms = values.map((value, j) => ({ value, belief: beliefs[j] as Belief }));
      const p = logistic(values.reduce((sum, value, j) => sum + value * (truth[j] as number), 0));
      learnExample(0, terms, spread(i, 3) < p ? 1 : 0);
    }
    for (const [j, { mean, variance }] of beliefs.entries()) {
      expect(Math.abs(mean - (truth[j] as number))).toBeLessThan(0.25);
      expect(Math.sqrt(variance)).toBeLessThan(0.1);
    }
  });

  it('moves one belief by one example as the mode of its posterior says', () => {
    const belief = { mean: 0.3, variance: 0.5 };
    learnExample(-0.2, [{ value: 2, belief }], 1);
    // the gradient of the log posterior vanishes at the mode
    const p = logistic(-0.2 + 2 * belief.mean);
    expect((belief.mean - 0.3) / 0.5).toBeCloseTo(2 * (1 - p), 6);
    expect(1 / belief.variance).toBeCloseTo(1 / 0.5 + 4 * p * (1 - p), 9);
  });

  it('learns little from what it expected, and nothing without evidence', () => {
    const sure = { mean: 5, variance: 1 };
    learnExample(0, [{ value: 1, belief: sure }], 1);
    expect(sure.mean).toBeCloseTo(5, 1);
    const still = { mean: 1, variance: 1 };
    learnExample(0, [{ value: 0, belief: still }], 1);
    learnExample(Number.NaN, [{ value: 1, belief: still }], 1);
    expect(still).toEqual({ mean: 1, variance: 1 });
  });

  it('stays finite whatever it is told', () => {
    const belief = { mean: 0, variance: 1 };
    for (let i = 0; i < 1_000; i++) learnExample(i % 2 ? 30 : -30, [{ value: 10, belief }], i % 2 ? 0 : 1);
    expect(Number.isFinite(logOddsOf(0, [{ value: 10, belief }]))).toBe(true);
    expect(belief.variance).toBeGreaterThan(0);
  });
});

it('forgets slowly towards what was believed at first', () => {
  const belief = { mean: 2, variance: 0.01 };
  for (let i = 0; i < 100_000; i++) forget(belief, { mean: 0, variance: 1 }, 1 / 5_000);
  expect(belief.mean).toBeCloseTo(0, 2);
  expect(belief.variance).toBeCloseTo(1, 2);
});
