import { newRecord, type Outcome, type Run, topic } from '@spanwise/schemas';
import { describe, expect, it } from 'vitest';
import { MemorySlots } from '../slots.ts';
import { SessionJudge } from './session-judge.ts';
import { rememberOutcome } from './session-outcomes.ts';

const run: Run = newRecord('Run', {
  ...(topic('runs').example[0] as Partial<Run>),
  ...{ verdict: 'correct', failureProbability: 0.1, reasons: [], rootCauseSpanId: '', findingCount: 0 },
});
const outcome = (given: Partial<Outcome> = {}): Outcome => ({
  ...{ tenant: run.tenant, outcomeId: 'o1', sessionId: run.sessionId, traceId: '', isSuccess: false, score: 0 },
  ...{ source: 'user', reason: '', time: 100, receivedTime: 200, ...given },
});
const judge = new SessionJudge();

/** A session of one run, finally judged, of which these outcomes were told. */
function judged(outcomes: readonly Outcome[], of: Partial<Run> = {}) {
  const slots = new MemorySlots();
  judge.onRun(slots, { ...run, ...of }, 1);
  const before = judge.onGap(slots, 2);
  let session = before;
  for (const each of outcomes) session = judge.onOutcome(slots, each, 3).session ?? session;
  return { slots, before, session };
}

describe('an outcome that somebody tells of a session', () => {
  it('that looked correct and failed makes it failed, and says who says so', () => {
    const { before, session } = judged([outcome({ reason: 'no refund came' })]);
    expect(before).toMatchObject({ verdict: 'correct' });
    expect(session).toMatchObject({
      ...{ verdict: 'failed', previousVerdict: 'correct', final: true, revision: 3 },
      reasons: [{ pattern: 'reported_failure', summary: 'user says that it failed: no refund came' }],
    });
    expect(session?.failureProbability).toBeGreaterThan(0.6);
  });

  it.each([
    ['correct', [true], 'correct'],
    ['suspect', [true], 'suspect'],
    ['failed', [true], 'suspect'],
    ['abandoned', [true], 'suspect'],
    ['suspect', [false], 'failed'],
    ['correct', [true, false], 'suspect'],
    ['correct', [true, true, false], 'suspect'],
    ['correct', [false, true, false], 'failed'],
  ] as const)('that was %s, of which sources say %j, makes it %s', (verdict, said, expected) => {
    const outcomes = said.map((isSuccess, i) => outcome({ isSuccess, source: `s${i}`, outcomeId: `o${i}` }));
    expect(judged(outcomes, { verdict }).session?.verdict).toBe(expected);
  });

  it('counts once however often it is told, and of one source the latest counts, in whatever order they come', () => {
    const first = outcome({ outcomeId: 'a', time: 1 });
    const later = outcome({ outcomeId: 'b', time: 2, isSuccess: true, score: 1 });
    const { session } = judged([first, later]);
    expect(session).toMatchObject({ verdict: 'correct', revision: 4 });
    expect(judged([first, later, first, later]).session).toEqual(session);
    expect(judged([later, first]).session).toMatchObject({ verdict: 'correct', revision: 3 });
  });

  it('waits for the session that it came before', () => {
    const slots = new MemorySlots();
    expect(judge.onOutcome(slots, outcome(), 1)).toEqual({ isNew: true, session: undefined });
    expect(judge.onRun(slots, run, 2)).toMatchObject({ verdict: 'failed', revision: 1 });
  });

  it('revises a session that was compacted', () => {
    const { slots } = judged([]);
    judge.compact(slots);
    const restored = MemorySlots.restore(slots.snapshot());
    expect(judge.onOutcome(restored, outcome(), 9).session).toMatchObject({
      verdict: 'failed',
      runCount: 1,
      final: true,
    });
  });

  it('is remembered for a bounded number of sources', () => {
    const slots = new MemorySlots();
    const taken = Array.from({ length: 40 }, (_, i) => rememberOutcome(slots, outcome({ source: `s${i}` })));
    expect(taken.filter(Boolean)).toHaveLength(16);
    expect(rememberOutcome(slots, outcome({ source: 's3', outcomeId: 'o2', time: 101 }))).toBe(true);
  });
});

describe('what a tenant is told of a labelled session', () => {
  it('is what the verdict rested on without the label, once; and a label that is changed with the one before', () => {
    const { slots, session } = judged([outcome()]);
    if (!session) throw new Error('no session');
    const [told, ...others] = judge.labels(slots, session);
    expect(others).toEqual([]);
    expect(told).toMatchObject({
      keyKind: 'tenant',
      key: run.tenant,
      body: { labelled: { failed: 1, previousFailed: null } },
    });
    expect(told?.body.labelled?.priorLogOdds).toBeCloseTo(Math.log(0.1 / 0.9), 4);
    expect(told?.body.labelled?.evidence).toContainEqual({ name: `agent/${run.agent}`, value: 1 });
    expect(judge.labels(slots, session)).toEqual([]);
    const revised = judge.onOutcome(slots, outcome({ outcomeId: 'o2', time: 300, isSuccess: true }), 5).session;
    expect(judge.labels(slots, revised ?? session)).toMatchObject([
      { body: { labelled: { failed: 0, previousFailed: 1 } } },
    ]);
  });

  it('is nothing where its sources contradict each other, or nobody said anything', () => {
    const { slots, session } = judged([outcome(), outcome({ source: 'test', outcomeId: 'o2', isSuccess: true })]);
    expect(session && judge.labels(slots, session)).toEqual([]);
    const unsaid = judged([]);
    expect(unsaid.session && judge.labels(unsaid.slots, unsaid.session)).toEqual([]);
  });

  it('moves the probability of other sessions, not their reasons', () => {
    const plain = judge.onRun(new MemorySlots(), run, 1);
    const learned = judge.onRun(new MemorySlots(), run, 1, null, { bias: 1, nothing: 9 });
    expect(learned?.failureProbability).toBeGreaterThan(plain?.failureProbability as number);
    expect({ ...learned, failureProbability: 0 }).toEqual({ ...plain, failureProbability: 0 });
  });
});
