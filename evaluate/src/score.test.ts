import type { Finding } from '@spanwise/schemas';
import type { FaultTruth, NegativeTruth, RunTruth } from '@spanwise/simulate';
import { describe, expect, test } from 'vitest';
import { shareOf } from './interval.ts';
import { evaluate, type JudgedSession, type StandingFinding } from './score.ts';

const where = { traceId: 't', sessionId: 's', agent: 'a', scenario: 'x', convention: 'c', release: '1' };
const fault = (spanId: string, others: Partial<FaultTruth> = {}): FaultTruth => ({
  type: 'fault',
  pattern: 'recovery',
  variant: 'v',
  primary: true,
  arguable: false,
  otherCauses: [],
  ...where,
  spanId,
  rootCauseSpanId: spanId,
  spans: [spanId, `${spanId}'`],
  numbers: {},
  ...others,
});
const negative: NegativeTruth = { type: 'negative', pattern: 'recovery', variant: 'n', ...where, spans: ['n'] };
const run = (clean: boolean): RunTruth => ({ type: 'run', ...where, clean, spans: 9, endMs: 1 });
const found = (spanId: string, others: Partial<Finding> = {}): StandingFinding => {
  const finding = { pattern: 'recovery', traceId: 't', spanId, rootCauseSpanId: spanId, severity: 'medium' };
  const told = { findingId: `at ${spanId}`, supersededBy: '', toldMs: 2_500, delayMs: 7 };
  return { ...finding, ...told, ...others } as StandingFinding;
};
const scoreOf = (session: JudgedSession) => {
  const evaluation = evaluate(
    [session],
    ['recovery'],
    new Map([
      ['1', 1_000],
      ["1'", 2_000],
    ]),
  );
  return { ...evaluation, score: evaluation.patterns.find(({ pattern }) => pattern === 'recovery') };
};

test('a finding at any span of a fault answers it at its place', () => {
  const { score } = scoreOf({ truths: [fault('1'), run(false)], findings: [found("1'")] });
  expect(score).toMatchObject({ injected: 1, detected: 1, findings: 1, spurious: 0, localised: 1, rootCauses: 0 });
});

test('a second finding of one fault is spurious, and the one at its place answers it', () => {
  const { score, mistakes } = scoreOf({ truths: [fault('1'), run(false)], findings: [found('9'), found('1')] });
  expect(score).toMatchObject({ detected: 1, localised: 1, rootCauses: 1, spurious: 1 });
  expect(mistakes.map(({ kind, finding }) => [kind, finding?.spanId])).toEqual([['spurious', '9']]);
});

test('a finding elsewhere in the run answers the fault at the wrong place', () => {
  const { score } = scoreOf({ truths: [fault('1'), run(false)], findings: [found('9')] });
  expect(score).toMatchObject({ detected: 1, localised: 0, spurious: 0 });
});

test('a fault without a finding is missed, a finding of another pattern does not answer it', () => {
  const { score, mistakes } = scoreOf({
    truths: [fault('1'), run(false)],
    findings: [found('1', { pattern: 'retry_storm' })],
  });
  expect(score).toMatchObject({ injected: 1, detected: 0, findings: 0 });
  expect(mistakes.map(({ kind, pattern }) => [kind, pattern])).toEqual([
    ['missed', 'recovery'],
    ['spurious', 'retry_storm'],
  ]);
});

test('a clean run is alarmed by a finding above info, also at a hard negative', () => {
  const { score, cleanSessions, alarmedCleanSessions } = scoreOf({
    truths: [negative, run(true)],
    findings: [found('n')],
  });
  expect(score).toMatchObject({ falseAlarms: 1, onNegatives: 1 });
  expect([cleanSessions, alarmedCleanSessions]).toEqual([1, 1]);
});

test('an observation alarms nobody, nor does what a hard negative does hold', () => {
  const held = fault('1', { primary: false });
  const { score, alarmedCleanSessions } = scoreOf({
    truths: [held, negative, run(true)],
    findings: [found('1'), found('2', { severity: 'info' })],
  });
  expect(score).toMatchObject({ falseAlarms: 0, spurious: 1, detected: 1 });
  expect(alarmedCleanSessions).toBe(0);
});

describe('a finding that points to another one', () => {
  const storm = found('1', { findingId: 'storm', pattern: 'retry_storm' });
  const cost = (others: Partial<Finding>) => found('9', { findingId: 'cost', pattern: 'runaway_cost', ...others });
  const stormy = [fault('1', { pattern: 'retry_storm' }), run(false)];
  const costOf = (session: JudgedSession) =>
    evaluate([session], []).patterns.find(({ pattern }) => pattern === 'runaway_cost');

  test('is told as a consequence where that one is right: it counts neither for nor against precision', () => {
    const told = costOf({ truths: stormy, findings: [storm, cost({ supersededBy: 'storm' })] });
    expect(told).toMatchObject({ findings: 0, spurious: 0, consequences: 1 });
  });

  test('is told as a consequence over another that points on', () => {
    const between = found('2', { findingId: 'between', pattern: 'recovery', supersededBy: 'storm' });
    const told = costOf({ truths: stormy, findings: [cost({ supersededBy: 'between' }), between, storm] });
    expect(told).toMatchObject({ spurious: 0, consequences: 1 });
  });

  test('is right itself where it answers a fault', () => {
    const truths = [...stormy, fault('9', { pattern: 'runaway_cost' })];
    const told = costOf({ truths, findings: [storm, cost({ supersededBy: 'storm' })] });
    expect(told).toMatchObject({ findings: 1, detected: 1, consequences: 0 });
  });

  const loop = found('5', { findingId: 'loop', pattern: 'no_progress_loop', supersededBy: 'cost' });
  const elsewhere = found('1', { findingId: 'storm', pattern: 'retry_storm', traceId: 'u' });
  test.each<[string, JudgedSession]>([
    ['that answers nothing', { truths: stormy, findings: [storm, loop, cost({ supersededBy: 'loop' })] }],
    ['that was taken back', { truths: stormy, findings: [storm, cost({ supersededBy: 'gone' })] }],
    [
      'of another run',
      {
        truths: [fault('1', { pattern: 'retry_storm', traceId: 'u' }), run(false)],
        findings: [elsewhere, cost({ supersededBy: 'storm' })],
      },
    ],
    ['not at all, beside one that is right', { truths: stormy, findings: [storm, cost({})] }],
  ])('is spurious where it points to one %s', (_where, session) => {
    expect(costOf(session)).toMatchObject({ findings: 1, spurious: 1, consequences: 0 });
  });

  test('alarms a clean conversation, though what it points to be something that a hard negative holds', () => {
    const truths = [fault('1', { pattern: 'retry_storm', primary: false }), negative, run(true)];
    const told = costOf({ truths, findings: [storm, cost({ supersededBy: 'storm' })] });
    expect(told).toMatchObject({ spurious: 1, falseAlarms: 1, consequences: 0 });
  });
});

test('a share has an interval that its count decides', () => {
  expect(shareOf(0, 0)).toBeNull();
  const [few, many] = [shareOf(9, 10), shareOf(900, 1_000)];
  expect(few?.low).toBeCloseTo(0.596, 3);
  expect(many?.low).toBeCloseTo(0.88, 3);
  expect(shareOf(10, 10)?.high).toBe(1);
});
