import { expect, test } from 'vitest';
import { outOfBounds } from './bounds.ts';
import { type Evaluated, type PatternReport, reportOf } from './report.ts';

const good: PatternReport = {
  pattern: 'recovery',
  injected: 100,
  detected: 95,
  precision: 0.95,
  recall: 0.9,
  localisation: 0.9,
  rootCauseAccuracy: 0.5,
  falseAlarmsPerThousandCleanSessions: 0.99,
  delayP99Ms: 1,
};

test.each([
  ['a pattern at the very bounds keeps them', {}, []],
  ['precision too low', { precision: 0.949 }, ['recovery: precision 0.949 is below 0.95']],
  ['recall too low', { recall: 0.89 }, ['recovery: recall 0.890 is below 0.9']],
  [
    'a pattern that was never found has no precision',
    { detected: 0, recall: 0, precision: null, localisation: null },
    [
      'recovery: precision of nothing is below 0.95',
      'recovery: recall 0.000 is below 0.9',
      'recovery: localisation of nothing is below 0.9',
    ],
  ],
  [
    'one false alarm in a thousand',
    { falseAlarmsPerThousandCleanSessions: 1 },
    ['recovery: 1.0 false alarms per 1,000 clean sessions'],
  ],
  ['a pattern that was not injected has but false alarms', { injected: 0, recall: null, precision: 0 }, []],
  ['no clean session, no false alarm', { falseAlarmsPerThousandCleanSessions: null }, []],
] as const)('%s', (_, other, expected) => {
  expect(outOfBounds({ ...good, ...other })).toEqual(expected);
});

test('what could not be judged makes an evaluation void', () => {
  const evaluation = { sessions: 1, cleanSessions: 1, alarmedCleanSessions: 0, patterns: [], mistakes: [] };
  const verdict = { auc: null, brier: null };
  const evaluated: Evaluated = {
    preset: 'p',
    seed: 1,
    spans: 1,
    convention: 'all',
    history: 0,
    evaluation,
    verdict,
    campaigns: { campaigns: [], falseAnnouncements: [], weeks: 0 },
    problems: [],
    findings: [],
  };
  expect(reportOf(evaluated).ok).toBe(true);
  expect(reportOf({ ...evaluated, problems: ['undecodable'] }).ok).toBe(false);
});
