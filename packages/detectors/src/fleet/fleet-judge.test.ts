import { newRecord, type Signal } from '@spanwise/schemas';
import { describe, expect, it } from 'vitest';
import { signalBody } from '../signals/signal-source.ts';
import { MemorySlots } from '../slots.ts';
import type { FleetDetector } from './fleet-detector.ts';
import { FleetJudge } from './fleet-judge.ts';
import { MAX_FLEET_FINDINGS } from './fleet-ledger.ts';

const signalOf = (traceId: string, endedAs = ''): Signal =>
  newRecord('Signal', {
    tenant: 'default',
    keyKind: 'agent',
    key: 'planner',
    emittedTime: 1,
    body: signalBody({
      path: {
        ...{ traceId, sessionId: `s-${traceId}`, agent: 'planner', release: '', environment: '', workflow: '' },
        ...{ firstIndex: 0, steps: [], endedAs, pathId: '', isDone: false, isWhole: true, explainedBy: '' },
      },
    }),
  });

/** Finds every trace, counts them, and asks to be woken a second later. */
const counting = (summary = 'seen'): FleetDetector => ({
  name: 'counting',
  keyKind: 'agent',
  onSignal({ path }, { slots, report, wakeAt, now }) {
    if (!path) return;
    slots.put('count', (slots.get<number>('count') ?? 0) + 1);
    if (path.endedAs === 'failed') throw new Error('cannot count failures');
    wakeAt(now + 1_000);
    report({
      pattern: 'seen',
      key: path.traceId,
      scope: 'run',
      at: { traceId: path.traceId, sessionId: path.sessionId, agent: path.agent },
      severity: 'medium',
      confidence: 0.7,
      summary,
      evidence: { type: 'count', numbers: { count: slots.get<number>('count') ?? 0 } },
      eventTime: 5,
      receivedTime: 6,
    });
  },
  onWake({ withdraw }) {
    withdraw('seen', 'a');
  },
});

describe('what is judged across runs', () => {
  it('is told to the session that it is about, once', () => {
    const slots = new MemorySlots();
    const judge = new FleetJudge([counting()]);
    const first = judge.onSignal(slots, signalOf('a'), 10);
    expect(first.findings).toMatchObject([{ pattern: 'seen', traceId: 'a', revision: 1, detectedTime: 10_000 }]);
    expect(first.signals).toMatchObject([{ keyKind: 'session', key: 's-a', body: { finding: { pattern: 'seen' } } }]);
    expect(first.wakes).toEqual(new Map([['counting', 1_010]]));
    // another count is another evidence, so it is a revision; the same finding twice would be none
    expect(judge.onSignal(slots, signalOf('a'), 11).findings).toMatchObject([{ revision: 2 }]);
  });

  it('says nothing again that says nothing new', () => {
    const slots = new MemorySlots();
    const silent: FleetDetector = {
      ...counting(),
      onSignal: (body, context) => {
        context.slots.delete('count');
        counting().onSignal(body, context);
      },
    };
    const judge = new FleetJudge([silent]);
    expect(judge.onSignal(slots, signalOf('a'), 10).findings).toHaveLength(1);
    expect(judge.onSignal(slots, signalOf('a'), 20)).toMatchObject({ findings: [], signals: [] });
  });

  it('is taken back, with a revision that says so, to those who were told', () => {
    const slots = new MemorySlots();
    const judge = new FleetJudge([counting()]);
    judge.onSignal(slots, signalOf('a'), 10);
    const at = { tenant: 'default', keyKind: 'agent', key: 'planner' } as const;
    const woken = judge.onWake(slots, 'counting', at, 1_010);
    expect(woken.findings).toMatchObject([{ revision: 2, withdrawn: true }]);
    expect(woken.signals).toMatchObject([{ body: { finding: { withdrawn: true } } }]);
    expect(judge.onWake(slots, 'counting', at, 1_020).findings).toEqual([]);
  });

  it('goes on from restored slots as if nothing had happened', () => {
    const judge = new FleetJudge([counting()]);
    const slots = new MemorySlots();
    judge.onSignal(slots, signalOf('a'), 10);
    const restored = MemorySlots.restore(slots.snapshot());
    expect(new FleetJudge([counting()]).onSignal(restored, signalOf('b'), 20)).toEqual(
      judge.onSignal(slots, signalOf('b'), 20),
    );
  });

  it('begins anew at a key where it threw, and the others go on', () => {
    const slots = new MemorySlots();
    const other: FleetDetector = { ...counting('other'), name: 'other', onSignal: (_, { slots }) => slots.put('n', 1) };
    const judge = new FleetJudge([counting(), other]);
    judge.onSignal(slots, signalOf('a'), 10);
    const output = judge.onSignal(slots, signalOf('b', 'failed'), 20);
    expect(output).toMatchObject({ findings: [], signals: [] });
    expect(output.faults).toEqual([{ pattern: 'counting', message: 'cannot count failures' }]);
    expect(slots.get('counting/count')).toBeUndefined();
    expect(slots.get('other/n')).toBe(1);
    expect(judge.onSignal(slots, signalOf('c'), 30).findings).toMatchObject([
      { evidence: JSON.stringify({ type: 'count', numbers: { count: 1 } }) },
    ]);
  });

  it('remembers a bounded number of findings, those that stand rather than those that were taken back', () => {
    const slots = new MemorySlots();
    const judge = new FleetJudge([counting()]);
    judge.onSignal(slots, signalOf('a'), 1);
    judge.onWake(slots, 'counting', { tenant: 'default', keyKind: 'agent', key: 'planner' }, 2);
    for (let i = 0; i < MAX_FLEET_FINDINGS; i++) judge.onSignal(slots, signalOf(`t${i}`), 3 + i);
    const known = [...slots.keys()].filter((slot) => slot.startsWith('f/'));
    expect(known.length).toBeLessThanOrEqual(MAX_FLEET_FINDINGS);
    expect(known.length).toBeGreaterThan(MAX_FLEET_FINDINGS / 2);
    // the one that was taken back was the first to go: told anew, it is a new finding
    expect(judge.onSignal(slots, signalOf('a'), 9_999).findings).toMatchObject([{ revision: 1 }]);
  });

  it('has one name among those that judge the same keys', () => {
    expect(() => new FleetJudge([counting(), counting()])).toThrow('one name');
  });
});
