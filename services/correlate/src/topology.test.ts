import { type FleetDetector, signalBody } from '@spanwise/detectors';
import { newRecord, type Run, topic } from '@spanwise/schemas';
import { StateLoad, TopologyTestDriver } from '@spanwise/stream';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { CorrelateMetrics } from './metrics.ts';
import { correlateTopology } from './topology.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const example = topic('runs').example[0] as Run;

const signalOf = (run: Partial<Run>) => {
  const whole: Run = {
    ...example,
    sessionId: 'conv-7',
    verdict: 'correct',
    failureProbability: 0.1,
    reasons: [],
    ...run,
  };
  return newRecord('Signal', {
    tenant: whole.tenant,
    keyKind: 'session',
    key: whole.sessionId,
    emittedTime: whole.closedTime,
    body: signalBody({ run: whole }),
  });
};

const traceId = (n: number): string => n.toString(16).padStart(32, '0');

function start({
  maxSessions = 1_000_000,
  maxStateBytes = 2 ** 30,
  autoCommit = true,
  detectors,
}: {
  maxSessions?: number;
  maxStateBytes?: number;
  autoCommit?: boolean;
  detectors?: FleetDetector[];
} = {}) {
  const registry = new Registry();
  const lifetimes = {
    sessionGapMs: 30 * MINUTE,
    sessionRetentionMs: 24 * HOUR,
    fleetRetentionMs: 86_400_000,
    signalsTopic: 'signals',
    maxSessions,
    maxStateBytes,
  };
  const driver = new TopologyTestDriver(correlateTopology(lifetimes, new CorrelateMetrics(registry, 10), detectors), {
    autoCommit,
  });
  const sessions = () => driver.outputs<'Session'>('sessions');
  return { driver, registry, sessions };
}

describe('correlate', () => {
  it('judges a conversation provisionally when a run ends and finally after its gap', () => {
    const { driver, sessions } = start();
    driver.pipe(signalOf({ traceId: traceId(1) }), 1);
    expect(sessions()).toMatchObject([{ sessionId: 'conv-7', final: false, revision: 1, runCount: 1 }]);
    driver.advance(29 * MINUTE);
    expect(sessions()).toHaveLength(1);
    driver.advance(2 * MINUTE);
    expect(sessions()[1]).toMatchObject({ final: true, revision: 2, verdict: 'correct', previousVerdict: 'correct' });
  });

  it('joins runs that lie hours apart into one session with all its counts', () => {
    const { driver, sessions } = start();
    const hours = (n: number) => ({ startTime: example.startTime + n * HOUR * 1000 });
    driver.pipe(signalOf({ traceId: traceId(1), verdict: 'failed', failureProbability: 0.9 }), 1);
    driver.advance(HOUR);
    driver.pipe(signalOf({ traceId: traceId(2), ...hours(5) }), 5 * HOUR);
    driver.advance(HOUR);
    driver.pipe(signalOf({ traceId: traceId(3), ...hours(11) }), 11 * HOUR);
    driver.advance(HOUR);
    const last = sessions().at(-1);
    expect(last).toMatchObject({ final: true, runCount: 3, spanCount: 3 * example.spanCount, revision: 6 });
    expect(last?.traceIds).toEqual([traceId(1), traceId(2), traceId(3)]);
    // the first run failed: what ended well after it is not above suspicion
    expect(last?.verdict).toBe('suspect');
    expect(sessions().filter(({ final }) => final)).toHaveLength(3);
  });

  it.each([{ tenant: 't'.repeat(257) }, { key: 'x'.repeat(900_000) }])(
    'buries a signal of too long an id, and goes on',
    (long) => {
      const { driver, sessions } = start();
      driver.pipe([{ ...signalOf({ traceId: traceId(1) }), ...long }, signalOf({ traceId: traceId(2) })], 1);
      expect(sessions()).toMatchObject([{ sessionId: 'conv-7', runCount: 1 }]);
      expect(driver.outputs('dead-letters')).toMatchObject([
        { reason: 'processor_error', detail: expect.stringContaining('at most 256 each') },
      ]);
    },
  );

  it('a revised run takes the place of its former self', () => {
    const { driver, sessions } = start();
    driver.pipe(signalOf({ traceId: traceId(1), verdict: 'correct' }), 1);
    driver.pipe(signalOf({ traceId: traceId(1), revision: 2, verdict: 'failed', failureProbability: 0.95 }), 1000);
    expect(sessions().at(-1)).toMatchObject({
      verdict: 'failed',
      previousVerdict: 'correct',
      runCount: 1,
      spanCount: example.spanCount,
    });
  });

  it('a signal that comes twice changes nothing', () => {
    const { driver, sessions } = start();
    driver.pipe(signalOf({ traceId: traceId(1) }), 1);
    driver.pipe(signalOf({ traceId: traceId(1) }), 2);
    expect(sessions()).toHaveLength(1);
  });

  it('a signal of a key kind that nothing judges is a dead letter', () => {
    const { driver, sessions } = start({ detectors: [] });
    driver.pipe({ ...signalOf({ traceId: traceId(1) }), keyKind: 'agent' }, 1);
    expect(sessions()).toEqual([]);
    expect(driver.outputs('dead-letters')).toMatchObject([
      { reason: 'processor_error', detail: expect.stringContaining('key kind agent') },
    ]);
  });

  it('the gap is measured from the last run', () => {
    const { driver, sessions } = start();
    driver.pipe(signalOf({ traceId: traceId(1) }), 1);
    driver.advance(20 * MINUTE);
    driver.pipe(signalOf({ traceId: traceId(2) }));
    driver.advance(20 * MINUTE);
    expect(sessions().some(({ final }) => final)).toBe(false);
    driver.advance(11 * MINUTE);
    expect(sessions().at(-1)).toMatchObject({ final: true, runCount: 2 });
  });

  it('forgets a conversation after its retention', () => {
    const { driver } = start();
    driver.pipe(signalOf({ traceId: traceId(1) }), 1);
    driver.advance(HOUR);
    driver.advance(25 * HOUR);
    expect(driver.state()).toEqual({});
    expect(driver.timers).toBe(0);
  });

  it('holds no more conversations than it may for long, and says which it ended early', async () => {
    const { driver, registry, sessions } = start({ maxSessions: 10 });
    for (let i = 1; i <= 30; i++) driver.pipe(signalOf({ traceId: traceId(i), sessionId: `conv-${i}` }), i);
    driver.advance(2 * MINUTE);
    const final = sessions().filter((session) => session.final);
    expect(final.map(({ sessionId }) => sessionId)).toContain('conv-30');
    expect(Object.keys(driver.state()).filter((key) => key !== StateLoad.KEY)).toHaveLength(10);
    const early = await registry.getSingleMetric('spanwise_correlate_sessions_ended_early_total')?.get();
    expect(early?.values[0]?.value).toBe(20);
    // those that were there before it was crowded are judged in their own time
    driver.advance(HOUR);
    expect(sessions().filter((session) => session.final)).toHaveLength(30);
  });

  it('remembers conversations for less time the fuller it is', () => {
    const { driver } = start({ maxSessions: 10 });
    for (let i = 1; i <= 5; i++) driver.pipe(signalOf({ traceId: traceId(i), sessionId: `conv-${i}` }), i);
    driver.advance(12 * HOUR);
    expect(Object.keys(driver.state())).toHaveLength(5);
    driver.advance(HOUR);
    expect(driver.state()).toEqual({});
  });

  it('does not forget a conversation that goes on just before its time', () => {
    const { driver, sessions } = start();
    driver.pipe(signalOf({ traceId: traceId(1) }), 1);
    driver.pipe(signalOf({ traceId: traceId(2), startTime: example.startTime + 1 }), 24 * HOUR + 20 * MINUTE);
    driver.advance(HOUR);
    expect(sessions().at(-1)).toMatchObject({ runCount: 2, final: true });
  });

  it('whose state takes too much soon judges what is quiet, and holds little more than its limit', async () => {
    const LIMIT = 100_000;
    const flood = async (maxStateBytes: number) => {
      const { driver, registry, sessions } = start({ maxStateBytes });
      let most = 0;
      for (let second = 0; second < 600; second++) {
        const verdict = 'suspect' as const;
        driver.pipe(signalOf({ traceId: traceId(second), sessionId: `conv-${second}`, verdict }), second * 1_000);
        if (second % 10 === 9) most = Math.max(most, JSON.stringify(driver.state()).length);
      }
      const early = await registry.getSingleMetric('spanwise_correlate_sessions_ended_early_total')?.get();
      return { most, early: early?.values[0]?.value, final: sessions().filter(({ final }) => final).length };
    };
    const free = await flood(2 ** 30);
    expect(free).toMatchObject({ early: 0, final: 0 });
    expect(free.most).toBeGreaterThan(3 * LIMIT);
    const crowded = await flood(LIMIT);
    // what comes until it is weighed again, and until it has been quiet for a minute
    expect(crowded.most).toBeLessThan(LIMIT + (free.most * 75) / 600);
    expect(crowded.early).toBe(crowded.final);
    expect(crowded.final).toBeGreaterThan(100);
  });

  it('ends the same conversations early, whenever it commits and crashes while it holds too much', () => {
    const play = (commitEvery: number, crashEvery: number) => {
      const { driver, sessions } = start({ maxStateBytes: 20_000, autoCommit: false });
      for (let second = 1; second <= 240; second++) {
        driver.pipe(signalOf({ traceId: traceId(second), sessionId: `conv-${second}` }), second * 1_000);
        if (second % commitEvery === 0) driver.commit();
        if (second % crashEvery === 0) driver.crashAndRestore();
      }
      driver.commit();
      return sessions();
    };
    const undisturbed = play(240, 1_000);
    expect(undisturbed.filter(({ final }) => final).length).toBeGreaterThan(50);
    expect(play(7, 11)).toEqual(undisturbed);
    expect(play(1, 13)).toEqual(undisturbed);
  });

  it('gives the same after crashes as without', () => {
    const play = (crash: boolean) => {
      const { driver, sessions } = start();
      for (let i = 1; i <= 5; i++) {
        driver.pipe(signalOf({ traceId: traceId(i), startTime: example.startTime + i }), i * 20 * MINUTE);
        if (crash) driver.crashAndRestore();
      }
      driver.advance(HOUR);
      if (crash) driver.crashAndRestore();
      return sessions();
    };
    expect(play(true)).toEqual(play(false));
  });

  it('counts a conversation as final once', async () => {
    const { driver, registry } = start();
    driver.pipe(signalOf({ traceId: traceId(1) }), 1);
    driver.advance(HOUR);
    driver.pipe(signalOf({ traceId: traceId(2) }), 2 * HOUR);
    driver.advance(HOUR);
    const metric = await registry.getSingleMetric('spanwise_sessions_total')?.get();
    expect(metric?.values.map(({ value }) => value)).toEqual([1]);
  });
});
