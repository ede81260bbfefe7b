import { expect, it } from 'vitest';
import { isOk } from '../report.ts';
import { type Compared, conclude } from './conclude.ts';

const well: Compared = {
  stored: 100,
  duplicated: 0,
  lost: [],
  unknown: [],
  findings: { expected: 7, missing: [], extra: [] },
  knownShare: 0.8,
  conversations: { missing: [], extra: [] },
  counted: { surplus: 0, problems: [] },
  empty: [],
  records: [],
  revisions: [],
  rows: [],
  aggregates: [],
  recomputed: [],
  lateShare: 0.05,
  letters: { expected: 3, found: 3, problems: [] },
  poisonsLost: [],
  unchecked: [],
};
const outcome = {
  ...{ faults: {}, skipped: {}, spansSent: 100, spansPerSecond: 1, runs: 9, slicesSentTwice: 1, replayed: 0 },
  ...{
    spansPerSecondBy: { block: 1, http: 1, grpc: 1, collector: 1 },
    recoverySeconds: {},
    catchUpSeconds: 0,
    longestDelaySeconds: 0,
    log: [],
  },
};
const difference = { missing: 1, extra: 2, differing: 3, examples: ['a', 'b'] };

it('is well where nothing is otherwise', () => {
  const verdict = conclude(well);
  expect(verdict).toMatchObject({ spansStored: 100, findingsExpected: 7, deadLettersFound: 3, problems: [] });
  expect(isOk({ ...outcome, ...verdict })).toBe(true);
});

it.each<[string, Partial<Compared>, object]>([
  ['1 spans lost: a', { lost: ['a'] }, { spansLost: 1 }],
  ['1 spans stored that were never sent: a', { unknown: ['a'] }, {}],
  ['1 findings missing: a', { findings: { ...well.findings, missing: ['a'] } }, { findingsMissing: 1 }],
  ['2 findings too many: a; b', { findings: { ...well.findings, extra: ['a', 'b'] } }, { findingsExtra: 2 }],
  ['1 conversations without a session: a', { conversations: { missing: ['a'], extra: [] } }, {}],
  ['1 sessions of no conversation that was sent: a', { conversations: { missing: [], extra: ['a'] } }, {}],
  ['1 counts of spans: a', { counted: { surplus: 4, problems: ['a'] } }, { spansDuplicated: 4 }],
  ['1 topics and views that hold nothing: runs', { empty: ['runs'] }, {}],
  [
    '1 records other than undisturbed: runs a: not y but x',
    { records: [{ topic: 'runs', id: 'a', missing: ['x'], extra: ['y'] }] },
    { findingsDiffering: 1 },
  ],
  ['1 stored revisions other than were said: a', { revisions: ['a'] }, { findingsDiffering: 1 }],
  [
    'runs: 1 rows missing, 2 too many, 3 differing (a; b)',
    { rows: [{ view: 'runs', ...difference }] },
    { findingsDiffering: 6 },
  ],
  [
    'step_stats: 1 rows missing, 2 too many, 3 differing (a; b)',
    { aggregates: [{ view: 'step_stats', ...difference }] },
    { aggregatesDiffering: 6 },
  ],
  [
    '2 keys of step_stats from spans: a; b',
    { recomputed: [{ aggregate: 'step_stats from spans', keys: ['a', 'b'] }] },
    { aggregatesDiffering: 2 },
  ],
  ['5.1 % of all, 5 % at most may', { lateShare: 0.051 }, { stepStatsUnchecked: 0.051 }],
  ['1 dead letters: a', { letters: { expected: 3, found: 2, problems: ['a'] } }, { deadLettersFound: 2 }],
  ['1 poisons gone before anybody read them: a', { poisonsLost: ['a'] }, {}],
])('says "%s", and is not well', (problem, otherwise, figures) => {
  const verdict = conclude({ ...well, ...otherwise });
  expect(verdict.problems).toEqual([expect.stringContaining(problem)]);
  expect(verdict).toMatchObject(figures);
  expect(isOk({ ...outcome, ...verdict })).toBe(false);
});

it('a span that is stored twice is told by its figure', () => {
  const verdict = conclude({ ...well, duplicated: 1 });
  expect(verdict.spansDuplicated).toBe(1);
  expect(isOk({ ...outcome, ...verdict })).toBe(false);
});

it('names a few of many, and cuts what a client made long', () => {
  const [problem = ''] = conclude({ ...well, lost: Array.from({ length: 9 }, () => 'x'.repeat(10_000)) }).problems;
  expect(problem).toMatch(/^9 spans lost: x+; /);
  expect(problem.length).toBeLessThan(3_100);
});
