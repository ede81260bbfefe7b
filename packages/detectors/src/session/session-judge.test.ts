import type { Run, Verdict } from '@spanwise/schemas';
import { currentSchema, newRecord } from '@spanwise/schemas';
import { describe, expect, it } from 'vitest';
import { MemorySlots } from '../slots.ts';
import { SessionJudge } from './session-judge.ts';

const HOUR_US = 3_600_000_000;

const run = (n: number, verdict: Verdict = 'correct', given: Partial<Run> = {}): Run =>
  newRecord('Run', {
    tenant: 'default',
    traceId: String(n).padStart(32, '0'),
    revision: 1,
    sessionId: 'c-1',
    agent: `agent-${n}`,
    startTime: 1_800_000_000_000_000 + n * HOUR_US,
    durationNs: 2e9,
    receivedTime: 1_800_000_000_000_000 + n * HOUR_US,
    closedTime: 1_800_000_000_000_000 + n * HOUR_US,
    rootSeen: true,
    verdict,
    failureProbability: verdict === 'correct' ? 0.08 : 0.8,
    reasons:
      verdict === 'correct'
        ? []
        : [
            {
              pattern: 'masked_tool_error',
              findingId: `f-${n}`,
              weight: 2,
              traceId: String(n),
              spanId: 's',
              summary: 'x',
            },
          ],
    rootCauseSpanId: verdict === 'correct' ? '' : `cause-${n}`,
    spanCount: 10,
    llmCalls: 3,
    toolCalls: 2,
    errorCount: 0,
    findingCount: verdict === 'correct' ? 0 : 1,
    inputTokens: 100,
    outputTokens: 10,
    costUsd: 0.5,
    ...given,
  });

const judge = new SessionJudge();

function sessionOf(runs: readonly Run[], slots = new MemorySlots(), by = judge) {
  let session: ReturnType<SessionJudge['onRun']>;
  for (const [i, one] of runs.entries()) session = by.onRun(slots, one, 1_000 + i) ?? session;
  return session;
}

describe('a session', () => {
  it('fits its record, whatever its clocks and counts say', () => {
    const wild = { inputTokens: 2 ** 53 - 2, outputTokens: 2 ** 53 - 2 };
    const session = sessionOf([
      run(1, 'correct', { ...wild, startTime: 946_684_800_000_000 }),
      run(2, 'correct', wild),
    ]);
    expect(session).toMatchObject({ runCount: 2, verdict: 'correct', ...wild, durationNs: 2 ** 53 - 2 });
    expect(currentSchema('Session').avroType.isValid(session)).toBe(true);
  });

  it('of one run has its verdict, its probability and its root cause', () => {
    expect(sessionOf([run(1, 'suspect')])).toMatchObject({
      revision: 1,
      final: false,
      verdict: 'suspect',
      failureProbability: 0.8,
      runCount: 1,
      agent: 'agent-1',
      rootCauseTraceId: run(1).traceId,
      rootCauseSpanId: 'cause-1',
      judgedTime: 1_000_000,
    });
  });

  it('fits its Avro schema', () => {
    expect(currentSchema('Session').avroType.isValid(sessionOf([run(1), run(2, 'failed')]))).toBe(true);
  });

  it.each([
    [['correct', 'correct'], 'correct'],
    [['correct', 'failed'], 'failed'],
    [['failed', 'correct'], 'suspect'],
    [['suspect', 'correct'], 'suspect'],
    [['correct', 'abandoned'], 'abandoned'],
    [['abandoned', 'correct'], 'suspect'],
  ] as [Verdict[], Verdict][])('of runs that were %j is %s: the last decides how it ended', (verdicts, verdict) => {
    expect(sessionOf(verdicts.map((v, n) => run(n, v)))?.verdict).toBe(verdict);
  });

  it('takes the last run by its start, not by when it came', () => {
    expect(sessionOf([run(2), run(1, 'failed')])).toMatchObject({ verdict: 'suspect', agent: 'agent-1' });
  });

  it('weighs an earlier failure half, and is not suspicious for being long', () => {
    const p = (...verdicts: Verdict[]) => sessionOf(verdicts.map((v, n) => run(n, v)))?.failureProbability ?? 0;
    expect(p('suspect', 'correct')).toBeGreaterThan(p('correct', 'correct'));
    expect(p('suspect', 'correct')).toBeLessThan(p('correct', 'suspect'));
    expect(p(...Array.from({ length: 40 }, () => 'correct' as const))).toBeCloseTo(p('correct'), 6);
  });

  it('adds up its runs', () => {
    expect(sessionOf([run(1), run(2, 'failed'), run(3)])).toMatchObject({
      runCount: 3,
      spanCount: 30,
      llmCalls: 9,
      findingCount: 1,
      inputTokens: 300,
      costUsd: 1.5,
      startTime: run(1).startTime,
      durationNs: 2 * HOUR_US * 1000 + 2e9,
      traceIds: [run(1).traceId, run(2).traceId, run(3).traceId],
    });
  });

  it('is final once its gap has passed, and only once', () => {
    const slots = new MemorySlots();
    sessionOf([run(1)], slots);
    expect(judge.onGap(slots, 9_000)).toMatchObject({ final: true, revision: 2, previousVerdict: 'correct' });
    expect(judge.onGap(slots, 9_001)).toBeUndefined();
  });
});

describe('a revision of a run', () => {
  it("takes the former one's place", () => {
    const slots = new MemorySlots();
    sessionOf([run(1, 'failed'), run(1, 'correct', { revision: 2, spanCount: 12 })], slots);
    expect(judge.onGap(slots, 9_000)).toMatchObject({
      verdict: 'correct',
      previousVerdict: 'correct',
      spanCount: 12,
      revision: 3,
    });
  });

  it('that is known already changes nothing', () => {
    const slots = new MemorySlots();
    sessionOf([run(1, 'failed', { revision: 2 })], slots);
    expect(judge.onRun(slots, run(1, 'failed', { revision: 2 }), 5)).toBeUndefined();
    expect(judge.onRun(slots, run(1), 6)).toBeUndefined();
  });

  it('a continuation, which counts what its run had before, takes its place', () => {
    expect(sessionOf([run(1), run(1, 'correct', { revision: 2, continuation: 1, spanCount: 13 })])).toMatchObject({
      runCount: 1,
      spanCount: 13,
    });
  });
});

describe('runs that lie hours apart', () => {
  function compacted(...verdicts: Verdict[]): MemorySlots {
    const slots = new MemorySlots();
    sessionOf(
      verdicts.map((v, n) => run(n, v)),
      slots,
    );
    judge.onGap(slots, 9_000);
    judge.compact(slots);
    return MemorySlots.restore(slots.snapshot());
  }

  it('leave one small slot', () => {
    const slots = compacted('correct', 'failed', 'correct');
    expect([...slots.keys()]).toEqual(['session']);
    expect(slots.snapshot().length).toBeLessThan(2_000);
  });

  it('go on with all counts, provisional again, and revisions that count on', () => {
    const slots = compacted('correct', 'correct');
    const session = judge.onRun(slots, run(8, 'failed'), 50_000);
    expect(session).toMatchObject({
      revision: 4,
      final: false,
      verdict: 'failed',
      previousVerdict: 'correct',
      runCount: 3,
      spanCount: 30,
      agent: 'agent-0',
      startTime: run(0).startTime,
    });
    expect(judge.onGap(slots, 60_000)).toMatchObject({ revision: 5, final: true });
  });

  it('remember that one of them had failed', () => {
    expect(judge.onRun(compacted('correct', 'failed'), run(8), 50_000)).toMatchObject({ verdict: 'suspect' });
  });

  it('do not count a late revision of a run twice', () => {
    const session = judge.onRun(compacted('correct', 'correct'), run(1, 'failed', { revision: 2 }), 50_000);
    expect(session).toMatchObject({ runCount: 2, spanCount: 20, verdict: 'failed' });
  });
});

it('a session of very many runs stays bounded and keeps its sums', () => {
  const slots = new MemorySlots();
  const small = new SessionJudge({ maxRuns: 8 });
  const session = sessionOf(
    Array.from({ length: 100 }, (_, n) => run(n)),
    slots,
    small,
  );
  expect([...slots.keys()].length).toBeLessThanOrEqual(9);
  expect(session).toMatchObject({ runCount: 100, spanCount: 1_000, startTime: run(0).startTime });
  expect(session?.traceIds).toHaveLength(8);
});
