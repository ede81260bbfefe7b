import { newRecord, type Run, type RunFeatures, type Verdict } from '@spanwise/schemas';
import { describe, expect, it } from 'vitest';
import { type SignalDraft, signalBody } from '../signals/signal-source.ts';
import { MemorySlots } from '../slots.ts';
import { SessionJudge } from './session-judge.ts';

const judge = new SessionJudge();
const START = 1_800_000_000_000_000;

const run = (n: number, verdict: Verdict = 'correct', given: Partial<Run> = {}): Run =>
  newRecord('Run', {
    ...{ tenant: 'default', traceId: `t${n}`, revision: 1, sessionId: 'c-1', agent: 'planner', release: '2.0' },
    ...{ agents: ['planner', `worker-${n}`], startTime: START + n * 1_000_000, durationNs: 2e9, closedTime: START },
    ...{
      receivedTime: START,
      rootSeen: true,
      verdict,
      failureProbability: 0.1,
      spanCount: 3,
      llmCalls: 1,
      toolCalls: 1,
    },
    ...{ errorCount: 0, findingCount: 0, inputTokens: 100, outputTokens: 10, costUsd: 0.5, ...given },
  });

const features = (language: string): RunFeatures => ({
  attributes: [{ name: 'input.language', value: language }],
  points: [
    { step: 'planner/tool/pay', calls: 2, failures: 1, findings: 0, isCause: false, durationNs: 5, lastSpanId: 's' },
  ],
  evidence: [],
});

/** What the agents are told when the gap of a session has passed. */
function told(slots: MemorySlots): SignalDraft[] {
  const session = judge.onGap(slots, 9_000);
  return session ? judge.observations(slots, session) : [];
}

describe('a session with a final verdict', () => {
  it('tells each of its agents what it was like: as its first run was, with the sums of all', () => {
    const slots = new MemorySlots();
    judge.onRun(slots, run(2), 1, features('fr'));
    judge.onRun(slots, run(1), 2, features('de'));
    const signals = told(slots);
    expect(signals.map(({ keyKind, key }) => [keyKind, key])).toEqual([
      ['agent', 'planner'],
      ['agent', 'worker-1'],
      ['agent', 'worker-2'],
    ]);
    expect(signals[0]?.body.session).toMatchObject({
      ...{ sessionId: 'c-1', traceId: 't1', agent: 'planner', release: '2.0', verdict: 'correct', previousVerdict: '' },
      attributes: [{ name: 'input.language', value: 'de' }],
      points: [{ step: 'planner/tool/pay', calls: 4, failures: 2, durationNs: 10 }],
    });
    expect(() => signalOf(signals)).not.toThrow();
  });

  it('that gets another verdict later tells the same again, beside the verdict before', () => {
    const slots = new MemorySlots();
    judge.onRun(slots, run(1), 1, features('de'));
    const [first] = told(slots);
    judge.compact(slots);
    judge.onRun(slots, run(2, 'failed', { agent: 'other' }), 3, features('fr'));
    const [second] = told(slots);
    expect(second?.body.session).toEqual({
      ...first?.body.session,
      verdict: 'failed',
      previousVerdict: 'correct',
      failureProbability: expect.any(Number),
    });
  });

  it('that stays as it was judged tells nothing again', () => {
    const slots = new MemorySlots();
    judge.onRun(slots, run(1), 1, features('de'));
    told(slots);
    judge.onRun(slots, run(2), 3, features('fr'));
    expect(told(slots)).toEqual([]);
  });
});

describe('what is found of a session across runs', () => {
  const finding = newRecord('Finding', {
    ...{ tenant: 'default', findingId: 'f-1', revision: 1, pattern: 'path_deviation', scope: 'run', severity: 'high' },
    ...{
      confidence: 0.9,
      traceId: 't1',
      spanId: 's1',
      rootCauseTraceId: 't1',
      rootCauseSpanId: 's0',
      agent: 'planner',
    },
    ...{ summary: 'it left the path', eventTime: START, receivedTime: START, detectedTime: START, withdrawn: false },
    ...{ sessionId: 'c-1', evidence: '{}' },
  });

  it('makes a session suspect that looked correct, and says why and where', () => {
    const slots = new MemorySlots();
    judge.onRun(slots, run(1), 1);
    const before = judge.onGap(slots, 2);
    expect(judge.onFinding(slots, finding, 3)).toMatchObject({
      ...{ verdict: 'suspect', previousVerdict: 'correct', final: true, rootCauseTraceId: 't1', rootCauseSpanId: 's0' },
      reasons: [{ pattern: 'path_deviation', findingId: 'f-1', spanId: 's1' }],
    });
    expect(judge.onFinding(slots, finding, 4)).toBeUndefined();
    const back = judge.onFinding(slots, { ...finding, revision: 2, withdrawn: true }, 5);
    expect(back).toMatchObject({ verdict: 'correct', failureProbability: before?.failureProbability, reasons: [] });
  });

  it('waits for its session when it comes first', () => {
    const slots = new MemorySlots();
    expect(judge.onFinding(slots, finding, 1)).toBeUndefined();
    expect(judge.onRun(MemorySlots.restore(slots.snapshot()), run(1), 2)).toMatchObject({ verdict: 'suspect' });
  });

  it('is bounded', () => {
    const slots = new MemorySlots();
    for (let i = 0; i < 100; i++) judge.onFinding(slots, { ...finding, findingId: `f-${i}` }, i);
    expect([...slots.keys()].length).toBeLessThan(40);
  });
});

const signalOf = ([first]: readonly SignalDraft[]) =>
  newRecord('Signal', {
    ...{ tenant: 'x', keyKind: 'agent', key: 'planner', emittedTime: 1 },
    body: signalBody(first?.body ?? {}),
  });
