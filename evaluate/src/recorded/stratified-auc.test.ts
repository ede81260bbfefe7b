import { expect, it } from 'vitest';
import { type ScoredCase, stratifiedAuc } from './stratified-auc.ts';

const of = (...cases: [score: number, failed: boolean, stratum?: string, cluster?: string][]): ScoredCase[] =>
  cases.map(([score, failed, stratum = 's', cluster], i) => ({
    score,
    failed,
    stratum,
    cluster: cluster ?? String(i),
  }));

it('compares failed cases with others of their own stratum only', () => {
  const cases = of(
    [0.9, true, 'a'],
    [0.1, false, 'a'],
    [0.2, true, 'b'],
    [0.3, false, 'b'],
    [0.3, false, 'b'],
    [0.5, true, 'c'],
  );
  expect(stratifiedAuc(cases)).toMatchObject({ auc: 1 / 3, pairs: 3 });
  expect(stratifiedAuc(of([0.5, true], [0.5, false]))).toMatchObject({ auc: 0.5, pairs: 1 });
  expect(stratifiedAuc(of([0.5, true, 'a'], [0.5, false, 'b']))).toBeNull();
});

it('has an interval that holds what is true of scores that say nothing, and is wider for fewer clusters', () => {
  const cases = (clusters: number): ScoredCase[] =>
    Array.from({ length: 400 }, (_, i) => ({
      score: ((i + 1) * 0.618_033_988_75) % 1,
      failed: i % 3 === 0,
      stratum: 's',
      cluster: String(i % clusters),
    }));
  const many = stratifiedAuc(cases(400));
  expect(many?.low).toBeLessThan(0.5);
  expect(many?.high).toBeGreaterThan(0.5);
  expect(stratifiedAuc(cases(400))).toEqual(many);
  const width = (auc: typeof many) => (auc?.high ?? 0) - (auc?.low ?? 0);
  expect(width(many)).toBeLessThan(0.2);
});
