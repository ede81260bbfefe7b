import { expect, it } from 'vitest';
import { shortfalls } from './floor.ts';
import { isOk, type Outcome } from './report.ts';

const outcome: Outcome = {
  faults: { kill: 5, poison: 1 },
  skipped: {},
  spansSent: 60_000,
  spansPerSecond: 1_000,
  spansPerSecondBy: { block: 800, http: 100, grpc: 50, collector: 50 },
  slicesSentTwice: 100,
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
  ['a load that starves', { spansPerSecond: 899 }, 'only 899 spans a second of the 1000 asked for, of 900 at least'],
  [
    'a way that nothing took',
    { spansPerSecondBy: { block: 1_000, http: 0, grpc: 0, collector: 1 } },
    'no spans by http, grpc',
  ],
  ['no findings known in advance', { findingsExpected: 0 }, 'no findings were known in advance'],
  ['hardly any known in advance', { knownShare: 0.24 }, 'known in advance in 24 % of the runs only, of 25 % at least'],
  ['a load that sends nothing twice', { slicesSentTwice: 0 }, 'nothing was sent twice'],
  ['poison that nothing was replayed of', { replayed: 0 }, 'no dead letter was replayed'],
  ['poison without letters', { deadLettersFound: 0, deadLettersExpected: 0 }, 'no dead letters'],
])('%s is not well', (_, more, problem) => {
  const short = shortfalls({ ...outcome, ...more }, asked);
  expect(short).toEqual([expect.stringContaining(problem)]);
  expect(isOk({ ...outcome, ...more, problems: short })).toBe(false);
});

it.each<[string, Partial<Outcome>]>([
  ['anything is said to be wrong', { problems: ['not well 1200 s after the last fault'] }],
  ['nothing was sent', { spansSent: 0, spansStored: 0 }],
  ['fewer spans are stored than were sent', { spansStored: 59_999 }],
  ['more spans are stored than were sent', { spansStored: 60_001 }],
  ['a span is lost', { spansLost: 1 }],
  ['a span counts twice', { spansDuplicated: 1 }],
  ['a finding is missing', { findingsMissing: 1 }],
  ['a finding is too many', { findingsExtra: 1 }],
  ['a record is other than undisturbed', { findingsDiffering: 1 }],
  ['an aggregate is wrong', { aggregatesDiffering: 1 }],
  ['a dead letter is missing', { deadLettersFound: 11 }],
  ['a dead letter is too many', { deadLettersFound: 13 }],
])('is not ok where %s', (_, more) => {
  expect(isOk({ ...outcome, ...more })).toBe(false);
});

it('a rate that is asked for at the promised one or above has to reach that', () => {
  const load = { minutes: 1, rate: 5_300 };
  expect(shortfalls({ ...outcome, spansPerSecond: 5_000 }, load)).toEqual([]);
  expect(shortfalls({ ...outcome, spansPerSecond: 4_999 }, load)).toEqual([
    expect.stringContaining('only 4999 spans a second of the 5300 asked for, of 5000 at least'),
  ]);
});

it('where no poison was sent, no letters are asked for', () => {
  expect(shortfalls({ ...outcome, faults: { kill: 6 }, deadLettersFound: 0 }, asked)).toEqual([]);
});
