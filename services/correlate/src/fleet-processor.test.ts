import { type FleetDetector, signalBody } from '@spanwise/detectors';
import { newRecord, type Run, type Signal, topic } from '@spanwise/schemas';
import { TopologyTestDriver } from '@spanwise/stream';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { CorrelateMetrics } from './metrics.ts';
import { correlateTopology } from './topology.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const example = topic('runs').example[0] as Run;

/** Finds every second session of an agent, and takes it back ten minutes later. */
const everySecond: FleetDetector = {
  name: 'every_second',
  keyKind: 'agent',
  onSignal({ session }, { slots, report, wakeAt, now }) {
    if (session?.previousVerdict !== '') return;
    const count = (slots.get<number>('count') ?? 0) + 1;
    slots.put('count', count);
    if (count % 2 === 1) return;
    if (session.sessionId === 'throws') throw new Error('cannot judge this');
    slots.put('last', session.traceId);
    wakeAt(now + 10 * MINUTE);
    report({
      pattern: 'every_second',
      key: session.traceId,
      scope: 'session',
      at: { traceId: session.traceId, spanId: 'aaaaaaaaaaaaaaaa', sessionId: session.sessionId, agent: session.agent },
      severity: 'high',
      confidence: 1,
      summary: `number ${count}`,
      evidence: { type: 'count', numbers: { count } },
      eventTime: session.startTime,
      receivedTime: session.receivedTime,
    });
  },
  onWake({ slots, withdraw }) {
    withdraw('every_second', slots.get<string>('last') ?? '');
  },
};

const runSignal = (sessionId: string, n: number, verdict: Run['verdict'] = 'correct'): Signal => {
  const run = {
    ...example,
    sessionId,
    traceId: n.toString(16).padStart(32, '0'),
    verdict,
    reasons: [],
    findingCount: 0,
  };
  run.failureProbability = verdict === 'correct' ? 0.1 : 0.9;
  return newRecord('Signal', {
    ...{ tenant: run.tenant, keyKind: 'session', key: sessionId, emittedTime: run.closedTime },
    body: signalBody({ run, features: { attributes: [], points: [], evidence: [] } }),
  });
};

/** One partition, to which its own signals come back as Kafka would bring them: at the next commit. */
function start({ crashes = false, maxSessions = 1_000_000 } = {}) {
  const registry = new Registry();
  const settings = {
    ...{ sessionGapMs: 30 * MINUTE, sessionRetentionMs: 24 * HOUR, fleetRetentionMs: 48 * HOUR },
    ...{ signalsTopic: 'signals', maxSessions, maxStateBytes: 2 ** 30 },
  };
  const topology = correlateTopology(settings, new CorrelateMetrics(registry, 10), [everySecond]);
  const driver = new TopologyTestDriver(topology, { autoCommit: false });
  const sent: Signal[] = [];
  const settle = () => {
    if (crashes) driver.crashAndRestore();
    driver.commit();
    for (
      let own = driver.takeOutputs<'Signal'>('signals');
      own.length > 0;
      own = driver.takeOutputs<'Signal'>('signals')
    ) {
      sent.push(...own);
      driver.pipe(own);
      if (crashes) driver.crashAndRestore();
      driver.commit();
    }
  };
  const pipe = (signal: Signal) => {
    driver.pipe(signal);
    settle();
  };
  const advance = (ms: number) => {
    for (let left = ms; left > 0; left -= MINUTE) {
      driver.advance(Math.min(left, MINUTE));
      settle();
    }
  };
  return { driver, registry, sent, pipe, advance };
}

function play(options: Parameters<typeof start>[0] = {}) {
  const played = start(options);
  for (let n = 1; n <= 4; n++) {
    played.pipe(runSignal(`conv-${n}`, n));
    played.advance(5 * MINUTE);
  }
  played.advance(2 * HOUR);
  return played;
}

describe('what is judged across runs', () => {
  it('comes of final sessions, becomes findings, and amends the sessions that it is about', () => {
    const { driver, sent } = play();
    expect(sent.every(({ source }) => source === 'correlate')).toBe(true);
    const findings = driver.outputs<'Finding'>('findings');
    expect(findings.filter(({ withdrawn }) => !withdrawn)).toMatchObject([
      { sessionId: 'conv-2', pattern: 'every_second', scope: 'session', revision: 1 },
      { sessionId: 'conv-4' },
    ]);
    const ofSecond = driver.outputs<'Session'>('sessions').filter(({ sessionId }) => sessionId === 'conv-2');
    expect(ofSecond.map(({ verdict, final }) => `${verdict} ${final}`)).toEqual([
      'correct false',
      'correct true',
      'suspect true',
      // the finding was taken back
      'correct true',
    ]);
    const ofFirst = driver.outputs<'Session'>('sessions').filter(({ sessionId }) => sessionId === 'conv-1');
    expect(ofFirst.every(({ verdict }) => verdict === 'correct')).toBe(true);
  });

  it('is the same with a crash before every commit', () => {
    const undisturbed = play();
    const crashed = play({ crashes: true });
    expect(crashed.sent).toEqual(undisturbed.sent);
    for (const name of ['findings', 'sessions']) {
      expect(crashed.driver.outputs(name)).toEqual(undisturbed.driver.outputs(name));
    }
  });

  it('is counted once for each finding', async () => {
    const { registry } = play();
    const metric = await registry.getSingleMetric('spanwise_fleet_findings_total')?.get();
    expect(metric?.values.map(({ value }) => value)).toEqual([2]);
  });

  it('is forgotten when nothing comes for its retention, timers of detectors too', () => {
    const { driver, advance } = play();
    advance(46 * HOUR);
    expect(Object.keys(driver.state()).some((key) => key.includes('/agent/'))).toBe(true);
    advance(4 * HOUR);
    expect(driver.state()).toEqual({});
    expect(driver.timers).toBe(0);
  });

  it('is remembered while something comes', () => {
    const { driver, pipe, advance } = play();
    for (let n = 5; n < 15; n++) {
      pipe(runSignal(`conv-${n}`, n));
      advance(12 * HOUR);
    }
    const [agent] = Object.entries(driver.state()).filter(([key]) => key.includes('/agent/'));
    expect(agent?.[1]['every_second/count']).toBe(14);
  });

  it('names what a detector throws on in a dead letter, and begins anew', () => {
    const { driver, pipe, advance } = start();
    for (const [n, sessionId] of ['one', 'throws', 'three', 'four'].entries()) {
      pipe(runSignal(sessionId, n));
      advance(HOUR);
    }
    expect(driver.outputs('dead-letters')).toMatchObject([
      { service: 'correlate', reason: 'processor_error', detail: 'every_second: cannot judge this' },
    ]);
    const found = driver.outputs<'Finding'>('findings').filter(({ revision }) => revision === 1);
    expect(found.map(({ sessionId }) => sessionId)).toEqual(['four']);
  });
});
