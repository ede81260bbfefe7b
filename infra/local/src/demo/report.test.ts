import { newRecord } from '@spanwise/schemas';
import { expect, test } from 'vitest';
import { type DemoOutcome, demoReport } from './report.ts';

const deadLetter = newRecord('DeadLetter', {
  service: 'detect',
  topic: 'spans',
  partition: 0,
  offset: 5,
  reason: 'undecodable',
  detail: 'broken',
  time: 0,
});
const ready = { ready: true, detail: '', restarts: 0 };
const well: DemoOutcome = {
  fleet: { spansSent: 100, sessions: 9, injected: { retry_storm: 2, recovery: 0 } },
  numbers: {
    spansStored: 100,
    spansDuplicated: 0,
    runs: 10,
    openRuns: 0,
    sessionsByVerdict: { correct: 7, failed: 2 },
    provisionalSessions: 0,
    findingsByPattern: { retry_storm: 2 },
  },
  isWhole: true,
  deadLetters: [],
  services: { ingest: ready, store: ready },
  failures: [],
};

test('all well is ok, with the numbers', () => {
  expect(demoReport(well)).toMatchObject({
    ok: true,
    spansSent: 100,
    spansStored: 100,
    spansLost: 0,
    spansDuplicated: 0,
    deadLetters: 0,
    findingsByPattern: { retry_storm: 2 },
    sessionsByVerdict: { correct: 7, failed: 2 },
    problems: [],
  });
});

const numbers = (change: Partial<DemoOutcome['numbers']>) => ({ numbers: { ...well.numbers, ...change } });
const cases: [string, Partial<DemoOutcome>, string][] = [
  ['a lost span', numbers({ spansStored: 99 }), '1 spans lost'],
  ['a span that nobody sent', numbers({ spansStored: 101 }), '1 more spans stored than sent'],
  ['a duplicate', numbers({ spansDuplicated: 3 }), '3 spans duplicated'],
  ['an open run', numbers({ openRuns: 1 }), '1 runs not judged'],
  ['a provisional session', numbers({ provisionalSessions: 1 }), '1 sessions without a final verdict'],
  [
    'an injected fault that was not found',
    numbers({ findingsByPattern: {} }),
    'retry_storm: injected 2 times, never found',
  ],
  ['a dead letter', { deadLetters: [deadLetter] }, '1 dead letters, the first: undecodable (broken)'],
  [
    'a service that is away',
    { services: { store: { ...ready, ready: false, detail: 'gone' } } },
    'store is not ready: gone',
  ],
  [
    'a service that crashed',
    { services: { store: { ...ready, restarts: 1 } } },
    'store had to be started again 1 times',
  ],
  ['a fleet that sent nothing', { fleet: { spansSent: 0, sessions: 0, injected: {} } }, 'no span was sent'],
  ['a failure on the way', { failures: ['the fleet fell over'] }, 'the fleet fell over'],
];

test.each(cases)('%s is a problem', (_name, change, problem) => {
  const report = demoReport({ ...well, ...change });
  expect(report.ok).toBe(false);
  expect(report.problems.join('\n')).toContain(problem);
});

test('a demo that broke off tells why and how far it came, and takes nothing for lost or overlooked', () => {
  const { problems, ok } = demoReport({
    ...well,
    ...numbers({ spansStored: 60, openRuns: 3, findingsByPattern: {} }),
    isWhole: false,
    failures: ['Kafka has ended by itself'],
  });
  expect({ ok, problems }).toEqual({
    ok: false,
    problems: ['Kafka has ended by itself', '40 spans were still on their way to the tables'],
  });
});
