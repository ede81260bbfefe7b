import { signalBody } from '@spanwise/detectors';
import { newRecord, type Run, topic } from '@spanwise/schemas';
import { hostileBlock } from '@spanwise/schemas/hostile-records';
import { TopologyTestDriver } from '@spanwise/stream';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { CorrelateMetrics } from './metrics.ts';
import { correlateTopology } from './topology.ts';

const HOUR = 3_600_000;
const run: Run = { ...(topic('runs').example[0] as Run), sessionId: 'conv-7' };
const signal = newRecord('Signal', {
  tenant: run.tenant,
  keyKind: 'session',
  key: run.sessionId,
  emittedTime: run.closedTime,
  body: signalBody({ run }),
});

it('goes on and judges every other conversation alike, whatever a client writes into signals', () => {
  let judged = 0;
  const play = (hostile: readonly Buffer[]) => {
    const lifetimes = {
      sessionGapMs: HOUR / 2,
      sessionRetentionMs: HOUR,
      fleetRetentionMs: HOUR,
      signalsTopic: 'signals',
      maxSessions: 1_000,
      maxStateBytes: 2 ** 28,
    };
    const driver = new TopologyTestDriver(correlateTopology(lifetimes, new CorrelateMetrics(new Registry(), 10)));
    for (const block of hostile) driver.pipe(block, driver.now + 100);
    driver.pipe(signal, driver.now);
    driver.crashAndRestore();
    for (let hour = 0; hour < 4; hour++) driver.advance(HOUR);
    expect(driver.state()).toEqual({});
    expect(driver.timers).toBe(0);
    const sessions = driver.outputs<'Session'>('sessions');
    judged += sessions.length;
    return sessions
      .filter(({ sessionId }) => sessionId === 'conv-7')
      .map(({ verdict, runCount, final }) => ({ verdict, runCount, final }));
  };
  const undisturbed = play([]);
  expect(undisturbed).toHaveLength(2);
  fc.assert(
    fc.property(fc.array(hostileBlock('Signal'), { minLength: 1, maxLength: 8 }), (hostile) => {
      expect(play(hostile)).toEqual(undisturbed);
    }),
    { numRuns: 60 },
  );
  expect(judged).toBeGreaterThan(150);
});
