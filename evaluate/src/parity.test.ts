import { conventions } from '@spanwise/simulate';
import { expect, test } from 'vitest';
import { evaluateFleet } from './evaluation.ts';
import { type ParityReport, parityOf, parityTable, unequalMistakes } from './parity.ts';
import type { Evaluated } from './report.ts';
import type { PatternScore } from './score.ts';

const score = (pattern: string, detected: number, spurious: number): PatternScore => ({
  ...{ pattern, detected, spurious, injected: 100, findings: detected + spurious, localised: detected },
  ...{ rootCauses: detected, consequences: 0, falseAlarms: 0, onNegatives: 0, delaysMs: [], lagsMs: [] },
});

const evaluatedIn = (convention: string, scores: readonly PatternScore[]): Evaluated => ({
  ...{
    preset: 'fleet',
    seed: 1,
    spans: 9,
    convention,
    verdict: { auc: null, brier: null },
    campaigns: { campaigns: [], falseAnnouncements: [], weeks: 0 },
    problems: [],
    findings: [],
  },
  history: 0,
  evaluation: { sessions: 9, cleanSessions: 4, alarmedCleanSessions: 0, patterns: scores, mistakes: [] },
});

test('what is found alike in all conventions is no difference', () => {
  const parity = parityOf([evaluatedIn('a', [score('x', 95, 1)]), evaluatedIn('b', [score('x', 98, 2)])]);
  expect(parity.differences).toEqual([]);
  expect(parity.ok).toBe(true);
  expect(parityTable(parity)).toContain('Nothing is further apart than 0.03.');
});

test('differences are named with both ends, the largest first', () => {
  const parity = parityOf([
    evaluatedIn('a', [score('x', 99, 0), score('y', 95, 0)]),
    evaluatedIn('b', [score('x', 50, 0), score('y', 95, 19)]),
  ]);
  expect(parity.ok).toBe(false);
  expect(parity.differences.map(({ pattern, measure }) => `${measure} of ${pattern}`)).toEqual([
    'recall of x',
    'precision of y',
  ]);
  expect(parityTable(parity)).toContain('recall of x: 0.500 in b, 0.990 in a');
});

test('what is found as often, but at another place, is a difference too', () => {
  const misplaced = { ...score('x', 95, 0), localised: 80 };
  const { differences } = parityOf([evaluatedIn('a', [score('x', 95, 0)]), evaluatedIn('b', [misplaced])]);
  expect(differences).toMatchObject([{ pattern: 'x', measure: 'localisation', least: { convention: 'b' } }]);
});

test('a pattern that was never found in one convention has no precision there to compare', () => {
  const { differences } = parityOf([evaluatedIn('a', [score('x', 99, 0)]), evaluatedIn('b', [score('x', 0, 0)])]);
  expect(differences.map(({ measure }) => measure)).toEqual(['recall']);
});

test('mistakes that all conventions share are not what sets them apart', () => {
  const mistake = (spanId: string) =>
    ({ kind: 'missed', pattern: 'x', truth: { traceId: 't', spanId }, instead: 'x', clean: false }) as never;
  const withMistakes = (convention: string, spanIds: readonly string[]): Evaluated => {
    const evaluated = evaluatedIn(convention, []);
    return { ...evaluated, evaluation: { ...evaluated.evaluation, mistakes: spanIds.map(mistake) } };
  };
  const lines = unequalMistakes([withMistakes('a', ['1', '2']), withMistakes('b', ['1'])], () => true);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^a: .*"spanId":"2"/);
});

test('the fleet is the same in each convention, span for span', async () => {
  const evaluated: Evaluated[] = [];
  for (const { name } of conventions) {
    evaluated.push(await evaluateFleet({ preset: 'fleet', sessions: 15, seed: 6, convention: name }));
  }
  const injected = ({ conventions: reports }: ParityReport) =>
    reports.map(({ spans, patterns }) => [spans, patterns.map((pattern) => [pattern.pattern, pattern.injected])]);
  const [first, ...others] = injected(parityOf(evaluated));
  for (const other of others) expect(other).toEqual(first);
});
