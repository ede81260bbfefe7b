import { expect, test } from 'vitest';
import { evidenceAgainstAny, evidenceFor, isEstablished, isRefuted } from './sequential-test.ts';

const required = { share: 0.995, otherwise: 0.9 };

/** Probability that `share` is established in at most `most` trials, looked at after each, where the true share is another; exact. */
function everEstablished(
  trueShare: number,
  error: number,
  most: number,
  evidence = (hits: number, trials: number) => evidenceFor(required, hits, trials),
): number {
  // Probability of each number of hits among the paths that have not got there yet.
  let open = new Map([[0, 1]]);
  let established = 0;
  for (let trials = 1; trials <= most; trials++) {
    const next = new Map<number, number>();
    for (const [hits, probability] of open) {
      next.set(hits + 1, (next.get(hits + 1) ?? 0) + probability * trueShare);
      next.set(hits, (next.get(hits) ?? 0) + probability * (1 - trueShare));
    }
    open = new Map();
    for (const [hits, probability] of next) {
      if (isEstablished(evidence(hits, trials), error)) established += probability;
      else open.set(hits, probability);
    }
  }
  return established;
}

test.each([0.9, 0.8, 0.5])(
  'looked at after each of 1,000 trials, a share of %f is hardly ever taken for more',
  (share) => {
    expect(everEstablished(share, 0.05, 1_000)).toBeLessThanOrEqual(0.05);
  },
);

test.each([
  [29, 29, false],
  [30, 30, true],
  [59, 60, false],
  [60, 61, true],
  [90, 92, true],
])('%i of %i: established %j', (hits, trials, is) => {
  expect(isEstablished(evidenceFor(required, hits, trials), 0.05)).toBe(is);
});

test('what was established is refuted by what comes later', () => {
  expect(isRefuted(evidenceFor(required, 30, 31), 0.05)).toBe(false);
  expect(isRefuted(evidenceFor(required, 30, 33), 0.05)).toBe(true);
});

test.each([
  [9, 9, false],
  [10, 10, true],
  [49, 50, false],
  [52, 53, true],
])('%i of %i are a hint: %j', (hits, trials, is) => {
  expect(isEstablished(evidenceAgainstAny(0.995, hits, trials), 0.1)).toBe(is);
});

test.each([
  [3, 5],
  [0, 4],
  [20, 20],
])('the evidence of %i of %i against any share is that against their average', (hits, trials) => {
  const steps = 100_000;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const share = (i + 0.5) / steps;
    sum += share ** hits * (1 - share) ** (trials - hits);
  }
  const expected = hits * Math.log(0.9) + (trials - hits) * Math.log(0.1) - Math.log(sum / steps);
  expect(evidenceAgainstAny(0.9, hits, trials)).toBeCloseTo(expected, 6);
});

test('looked at after each of 300 trials, hardly any share of all that may be is ever taken for a hint', () => {
  const shares = Array.from({ length: 100 }, (_, i) => (i + 0.5) / 100);
  const ever = shares.map((share) => everEstablished(share, 0.1, 300, (hits, n) => evidenceAgainstAny(0.995, hits, n)));
  expect(ever.reduce((sum, each) => sum + each, 0) / ever.length).toBeLessThanOrEqual(0.1);
});

test('certain shares are no numbers that cannot be', () => {
  expect(evidenceFor({ share: 1, otherwise: 0 }, 1, 2)).toBeCloseTo(0);
  expect(isEstablished(evidenceFor({ share: 1, otherwise: 0.9 }, 99, 100), 0)).toBe(false);
});
