import fc from 'fast-check';
import { expect, test } from 'vitest';
import { areaUnderCurve, type Judged } from './auc.ts';

const cases = (failed: number[], others: number[]): Judged[] => [
  ...failed.map((score) => ({ score, failed: true })),
  ...others.map((score) => ({ score, failed: false })),
];

test.each([
  ['failures that all score higher', [0.9, 0.8], [0.1, 0.2, 0.3], 1],
  ['failures that all score lower', [0.1], [0.5, 0.6], 0],
  ['scores that are all the same', [0.5, 0.5], [0.5, 0.5, 0.5], 0.5],
  ['one pair of four in the wrong order', [0.9, 0.3], [0.1, 0.5], 0.75],
  ['a tie that counts half', [0.5, 0.9], [0.5], 0.75],
])('%s', (_name, failed, others, expected) => {
  expect(areaUnderCurve(cases(failed, others))).toBe(expected);
});

test.each([
  ['nothing', [], []],
  ['failures only', [1, 0.5], []],
  ['successes only', [], [0.2]],
])('%s has no curve', (_name, failed, others) => {
  expect(areaUnderCurve(cases(failed, others))).toBeNull();
});

test('it is the share of pairs in the right order, ties counting half', () => {
  const scores = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(scores, scores, (failed, others) => {
      const pairs = failed.flatMap((f) => others.map((o) => (f > o ? 1 : f === o ? 0.5 : 0)));
      const share = pairs.reduce<number>((sum, each) => sum + each, 0) / pairs.length;
      expect(areaUnderCurve(cases(failed, others))).toBeCloseTo(share, 12);
    }),
  );
});
