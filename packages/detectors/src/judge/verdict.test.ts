import type { Finding, Severity } from '@spanwise/schemas';
import { newRecord } from '@spanwise/schemas';
import { describe, expect, it } from 'vitest';
import { amend, judgeRun, logOdds, probability } from './verdict.ts';

const noTimes = () => undefined;

let count = 0;
const finding = (pattern: string, severity: Severity, confidence = 0.9): Finding =>
  newRecord('Finding', {
    tenant: 'default',
    findingId: String(count++).padStart(32, '0'),
    revision: 1,
    pattern,
    scope: 'run',
    severity,
    confidence,
    traceId: 't',
    spanId: `${pattern} ${severity}`,
    rootCauseTraceId: 't',
    rootCauseSpanId: `cause of ${pattern}`,
    summary: pattern,
    evidence: '{}',
    eventTime: 1,
    receivedTime: 1,
    detectedTime: 1,
  });

const judged = (...findings: Finding[]) => judgeRun(findings, 'closed', 10, undefined, noTimes);

describe('judgeRun', () => {
  it('names the beginning of what went wrong first, though something later weighs more', () => {
    const early = finding('ungrounded_argument', 'medium');
    const late = finding('unresolved_error', 'high');
    const endOf = (spanId: string) => (spanId === early.rootCauseSpanId ? 1 : 2);
    expect(judgeRun([late, early], 'closed', 10, undefined, endOf).rootCauseSpanId).toBe(early.rootCauseSpanId);
  });

  it('does not take a trifle that came before for the beginning', () => {
    const trifle = finding('recovery', 'low');
    const grave = finding('unresolved_error', 'high');
    const endOf = (spanId: string) => (spanId === trifle.rootCauseSpanId ? 1 : 2);
    expect(judgeRun([trifle, grave], 'closed', 10, undefined, endOf).rootCauseSpanId).toBe(grave.rootCauseSpanId);
  });

  it('does not begin with what follows from something else', () => {
    const cause = finding('timeout_cascade', 'high');
    const effect = { ...finding('unresolved_error', 'high'), supersededBy: cause.findingId };
    const endOf = (spanId: string) => (spanId === effect.rootCauseSpanId ? 1 : 2);
    expect(judgeRun([effect, cause], 'closed', 10, undefined, endOf).rootCauseSpanId).toBe(cause.rootCauseSpanId);
  });

  it('holds a run without findings to be correct, with a small chance that grows with its length', () => {
    expect(judged()).toMatchObject({ verdict: 'correct', reasons: [], rootCauseSpanId: '' });
    expect(judgeRun([], 'closed', 40, undefined, noTimes).failureProbability).toBeGreaterThan(
      judged().failureProbability,
    );
    expect(judgeRun([], 'closed', 100_000, undefined, noTimes).failureProbability).toBeLessThan(0.5);
  });

  it('holds the shortest run with a sure masked error to be about as likely failed as not', () => {
    const masked = finding('masked_tool_error', 'high', 0.95);
    const { failureProbability } = judgeRun([masked], 'closed', 1, undefined, noTimes);
    expect(failureProbability).toBeGreaterThan(0.4);
    expect(failureProbability).toBeLessThan(0.8);
  });

  it.each([
    ['info', 'correct'],
    ['low', 'correct'],
    ['medium', 'suspect'],
    ['high', 'suspect'],
    ['critical', 'suspect'],
  ] as const)('takes a completed run with a finding of severity %s for %s', (severity, verdict) => {
    expect(judged(finding('masked_tool_error', severity)).verdict).toBe(verdict);
  });

  it('does not suspect a run for a finding that is more unlikely than not', () => {
    expect(judged(finding('masked_tool_error', 'high', 0.4)).verdict).toBe('correct');
  });

  it('is the surer of failure the graver the finding', () => {
    const p = (['info', 'low', 'medium', 'high', 'critical'] as const).map(
      (severity) => judged(finding('unresolved_error', severity)).failureProbability,
    );
    expect(p).toEqual([...p].sort((a, b) => a - b));
    expect(new Set(p).size).toBe(5);
  });

  it('names the first of equally grave failures as the root cause, whatever their ids', () => {
    const at = (eventTime: number) => ({
      ...finding('unresolved_error', 'high'),
      eventTime,
      rootCauseSpanId: `${eventTime}`,
    });
    const [second, first] = [at(20), at(10)];
    const { rootCauseSpanId, reasons } = judged(second, first);
    expect(rootCauseSpanId).toBe('10');
    expect(reasons.map(({ findingId }) => findingId)).toEqual([first.findingId, second.findingId]);
  });

  it('saturates over findings of one pattern, not over different ones', () => {
    const one = judged(finding('retry_storm', 'high')).failureProbability;
    const many = judged(...Array.from({ length: 20 }, () => finding('retry_storm', 'high'))).failureProbability;
    const two = judged(finding('retry_storm', 'high'), finding('no_progress_loop', 'high')).failureProbability;
    expect(many).toBeGreaterThan(one);
    expect(logOdds(many) - logOdds(one)).toBeLessThan(logOdds(one) - logOdds(judged().failureProbability) + 1e-4);
    expect(two).toBeGreaterThan(many);
  });

  it('gives reasons in order of weight, at most sixteen, and the root cause of the first above info', () => {
    const result = judged(
      finding('recovery', 'info'),
      finding('masked_tool_error', 'high'),
      ...Array.from({ length: 30 }, () => finding('retry_storm', 'low')),
    );
    expect(result.reasons).toHaveLength(16);
    expect(result.reasons[0]?.pattern).toBe('masked_tool_error');
    const weights = result.reasons.map((reason) => reason.weight);
    expect(weights).toEqual([...weights].sort((a, b) => b - a));
    expect(result.rootCauseSpanId).toBe('cause of masked_tool_error');
  });

  it('calls a run that never ended abandoned, whatever was found', () => {
    expect(judgeRun([], 'abandoned', 3, undefined, noTimes)).toMatchObject({ verdict: 'abandoned' });
    expect(judgeRun([], 'abandoned', 3, undefined, noTimes).failureProbability).toBeGreaterThan(0.3);
  });
});

it('turns log-odds and probabilities into each other', () => {
  for (const p of [0.001, 0.25, 0.5, 0.9]) expect(probability(logOdds(p))).toBeCloseTo(p, 5);
});

it.each([
  ['failed', 'correct', 'failed'],
  ['suspect', 'correct', 'suspect'],
  ['suspect', 'failed', 'failed'],
  ['abandoned', 'correct', 'correct'],
  ['correct', 'suspect', 'suspect'],
] as const)('a run that was %s and whose continuation is %s is %s', (former, seen, verdict) => {
  const continuation = { verdict: seen, failureProbability: 0.2, reasons: [], rootCauseSpanId: '' };
  expect(amend(continuation, { verdict: former, probability: 0.9 }).verdict).toBe(verdict);
});
