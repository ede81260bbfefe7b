import { expect, it } from 'vitest';
import { shortfalls } from './floor.ts';
import { isOk, type Outcome } from './report.ts';

const outcome: Outcome = {
  faults: { kill: 5, poison: 1 },
  skipped: {},
  spansSent: 60_000,
  spansPerSecond: 1_000,
  spansPerSecondBy: { block: 800, http: 100, grpc: 50, collector: 50 },
  spansStored: 60_000,
  spansLost: 0,
  spansDuplicated: 0,
  runs: 3_000,
  longestDelaySeconds: 2,
  findingsExpected: 900,
  knownShare: 0.8,
  findingsMissing: 0,
  findingsExtra: 0,
  findingsDiffering: 0,
  aggregatesDiffering: 0,
  stepStatsUnchecked: 0,
  deadLettersExpected: 12,
  deadLettersFound: 12,
  replayed: 1,
  recoverySeconds: {},
  catchUpSeconds: 3,
  unchecked: [],
  problems: [],
  log: [],
};
const asked = { minutes: 1, rate: 1_000 };

it('asks nothing more of a run with faults, load and findings', () => {
  expect(shortfalls(outcome, asked)).toEqual([]);
  expect(isOk(outcome)).toBe(true);
});

it.each<[string, Partial<Outcome>, string]>([
  ['no faults', { faults: {} }, 'only 0 faults in 1 minutes, of 6 at least'],
  ['too few faults', { faults: { kill: 5 } }, 'only 5 faults in 1 minutes, of 6 at least'],
  ['a load that starves', { spansPerSecond: 899 }, 'only 899 spans a second of the 1000 asked for'],
  [
    'a way that nothing took',
    { spansPerSecondBy: { block: 1_000, http: 0, grpc: 0, collector: 1 } },
    'no spans by http, grpc',
  ],
  ['no findings known in advance', { findingsExpected: 0 }, 'no findings were known in advance'],
  ['hardly any known in advance', { knownShare: 0.24 }, 'known in advance in 24 % of the runs only, of 25 % at least'],
  ['poison without letters', { deadLettersFound: 0, deadLettersExpected: 0 }, 'no dead letters'],
])('%s is not well', (_, more, problem) => {
  const short = shortfalls({ ...outcome, ...more }, asked);
  expect(short).toEqual([expect.stringContaining(problem)]);
  expect(isOk({ ...outcome, ...more, problems: short })).toBe(false);
});

it('where no poison was sent, no letters are asked for', () => {
  expect(shortfalls({ ...outcome, faults: { kill: 6 }, deadLettersFound: 0 }, asked)).toEqual([]);
});
