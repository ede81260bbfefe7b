import { expect, it } from 'vitest';
import { aucIn, brierIn, countIn, countScore, emptyHistogram, reliabilityIn } from './score-histogram.ts';

const of = (...cases: [score: number, failed: number][]) => {
  const histogram = emptyHistogram();
  for (const [score, failed] of cases) countScore(histogram, score, failed);
  return histogram;
};

it.each([
  [
    [
      [0.9, 1],
      [0.1, 0],
    ],
    1,
  ],
  [
    [
      [0.1, 1],
      [0.9, 0],
    ],
    0,
  ],
  [
    [
      [0.5, 1],
      [0.5, 0],
    ],
    0.5,
  ],
  [
    [
      [0.8, 1],
      [0.3, 1],
      [0.5, 0],
      [0.2, 0],
    ],
    0.75,
  ],
  [[[0.8, 1]], null],
  [[], null],
] as [[number, number][], number | null][])('the area under the curve of %j is %s', (cases, auc) => {
  expect(aucIn(of(...cases))).toBe(auc);
});

it('has the mean squared error and the curve of what was counted', () => {
  const histogram = of([0.9, 1], [0.95, 0], [0.15, 0]);
  expect(brierIn(histogram)).toBeCloseTo((0.01 + 0.9025 + 0.0225) / 3, 9);
  expect(reliabilityIn(histogram)).toEqual([
    { least: 0.1, count: 1, predicted: expect.closeTo(0.15, 9), failed: 0 },
    { least: 0.9, count: 2, predicted: expect.closeTo(0.925, 9), failed: 0.5 },
  ]);
  expect(brierIn(emptyHistogram())).toBeNull();
});

it('takes back what was counted', () => {
  const histogram = of([0.9, 1], [1, 0], [0, 1]);
  countScore(histogram, 0.9, 1, -1);
  countScore(histogram, 1, 0, -1);
  countScore(histogram, 0, 1, -1);
  expect(countIn(histogram)).toBe(0);
  expect(aucIn(histogram)).toBeNull();
  expect(reliabilityIn(histogram)).toEqual([]);
});
