import { type SignalDraft, signalBody } from '@spanwise/detectors';
import { newRecord, type Outcome, type Run, type Signal, topic } from '@spanwise/schemas';
import { TopologyTestDriver } from '@spanwise/stream';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { CorrelateMetrics } from './metrics.ts';
import { correlateTopology } from './topology.ts';

const MINUTE = 60_000;
const example = newRecord('Run', topic('runs').example[0] as Partial<Run>);
const TRACE = example.traceId;

function start() {
  const registry = new Registry();
  const lifetimes = {
    sessionGapMs: 30 * MINUTE,
    sessionRetentionMs: 24 * 60 * MINUTE,
    fleetRetentionMs: 30 * 24 * 60 * MINUTE,
    signalsTopic: 'signals',
    maxSessions: 1_000,
    maxStateBytes: 2 ** 28,
  };
  const driver = new TopologyTestDriver(correlateTopology(lifetimes, new CorrelateMetrics(registry, 10)));
  const send = ({ keyKind, key, body }: SignalDraft) =>
    driver.pipe(newRecord('Signal', { tenant: 'default', keyKind, key, emittedTime: 1, body: signalBody(body) }));
  /** Plays back what correlate told itself, until it says no more. */
  const settle = () => {
    for (
      let own = driver.takeOutputs<'Signal'>('signals');
      own.length > 0;
      own = driver.takeOutputs<'Signal'>('signals')
    ) {
      driver.pipe(own);
    }
  };
  return { driver, send, settle, registry };
}

const runOf = (sessionId: string, given: Partial<Run> = {}): SignalDraft => ({
  keyKind: 'session',
  key: sessionId,
  body: { run: { ...example, verdict: 'correct', reasons: [], failureProbability: 0.1, sessionId, ...given } },
});

const outcomeOf = (given: Partial<Outcome>): SignalDraft => {
  const outcome = {
    ...{ tenant: 'default', outcomeId: 'o1', sessionId: '', traceId: '', isSuccess: false, score: 0, source: 'user' },
    ...{ reason: '', time: 5, receivedTime: 6, ...given },
  };
  return { keyKind: 'session', key: outcome.sessionId || outcome.traceId, body: { outcome } };
};
const belonging: SignalDraft = {
  keyKind: 'session',
  key: TRACE,
  body: { belonging: { traceId: TRACE, sessionId: 'conv-7' } },
};

describe('an outcome that knows only the trace', () => {
  const tellOutcome = outcomeOf({ traceId: TRACE });
  const orders: [string, SignalDraft[]][] = [
    ['before anything is known of the run', [tellOutcome, belonging, runOf('conv-7')]],
    ['between the run and what it belongs to', [runOf('conv-7'), tellOutcome, belonging]],
    ['after all', [belonging, runOf('conv-7'), tellOutcome]],
  ];
  it.each(orders)('finds the conversation that has another id: told %s', (_, signals) => {
    const { driver, send, settle } = start();
    for (const signal of signals) send(signal);
    settle();
    driver.advance(31 * MINUTE);
    settle();
    const last = driver.outputs<'Session'>('sessions').at(-1);
    expect(last).toMatchObject({ sessionId: 'conv-7', final: true, verdict: 'failed' });
    const stored = driver.outputs<'Outcome'>('outcomes');
    expect(stored.at(-1)).toMatchObject({ outcomeId: 'o1', sessionId: 'conv-7' });
  });

  it('is of the run itself where that is a conversation of its own', () => {
    const { driver, send } = start();
    send(tellOutcome);
    send(runOf(TRACE));
    expect(driver.outputs<'Session'>('sessions').at(-1)).toMatchObject({ sessionId: TRACE, verdict: 'failed' });
    expect(driver.outputs<'Outcome'>('outcomes').map(({ sessionId }) => sessionId)).toEqual(['', TRACE]);
  });

  it('is not sent to and fro between runs that claim to belong to each other', () => {
    const { driver, send, settle } = start();
    send({ keyKind: 'session', key: 'a', body: { belonging: { traceId: 'a', sessionId: 'b' } } });
    send({ keyKind: 'session', key: 'b', body: { belonging: { traceId: 'b', sessionId: 'a' } } });
    send(outcomeOf({ traceId: 'a' }));
    settle();
    expect(driver.outputs<'Outcome'>('outcomes')).toHaveLength(1);
  });
});

it('sums up to one verdict for each session, whatever is told of it and how often', () => {
  const { driver, send, settle } = start();
  send(runOf('conv-7'));
  driver.advance(31 * MINUTE);
  const said = [
    { outcomeId: 'a', time: 1 },
    { outcomeId: 'b', time: 3, isSuccess: true, score: 1 },
    { outcomeId: 'a', time: 1 },
    { outcomeId: 'c', time: 2 },
  ];
  for (const given of said) send(outcomeOf({ sessionId: 'conv-7', ...given }));
  settle();
  const counts: Record<string, number> = {};
  for (const { verdict, previousVerdict } of driver.outputs<'Session'>('sessions')) {
    counts[verdict] = (counts[verdict] ?? 0) + 1;
    if (previousVerdict !== '') counts[previousVerdict] = (counts[previousVerdict] ?? 0) - 1;
  }
  expect(counts).toEqual({ correct: 1, failed: 0 });
});

describe('labels', () => {
  /** Sessions, every second of which fails, and says so by a measure that is worth nothing by the documented weights. */
  const labelled = (i: number): SignalDraft[] => {
    const sessionId = `conv-${i}`;
    const traceId = String(i).padStart(32, '0');
    const { body } = runOf(sessionId, { traceId });
    const features = { attributes: [], points: [], evidence: [{ name: 'refusals', value: i % 2 ? 2 : 0 }] };
    const isSuccess = i % 2 === 0;
    return [
      { keyKind: 'session', key: sessionId, body: { ...body, features } },
      outcomeOf({ sessionId, outcomeId: sessionId, isSuccess, score: Number(isSuccess) }),
    ];
  };

  function learn(crashAt = -1) {
    const started = start();
    const { driver, send, settle } = started;
    for (let i = 0; i < 80; i++) {
      for (const signal of labelled(i)) send(signal);
      if (i % 10 === 9) {
        driver.advance(31 * MINUTE);
        settle();
      }
      if (i === crashAt) driver.crashAndRestore();
    }
    driver.advance(2 * MINUTE);
    const [fresh] = labelled(101);
    send(fresh as SignalDraft);
    return started;
  }

  it('teach what evidence is worth, for conversations that nobody has labelled', async () => {
    const { driver, registry } = learn();
    const last = driver.outputs<'Session'>('sessions').at(-1);
    expect(last).toMatchObject({ sessionId: 'conv-101', verdict: 'correct' });
    expect(last?.failureProbability).toBeGreaterThan(0.5);
    const calibration = driver.outputs<'Calibration'>('calibration').at(-1);
    expect(calibration).toMatchObject({ tenant: 'default', labels: 80, failures: 40 });
    expect(calibration?.auc).toBeGreaterThan(0.8);
    expect(calibration?.priorAuc).toBeCloseTo(0.5, 1);
    const metrics = await registry.metrics();
    expect(metrics).toContain('spanwise_verdict_labelled_sessions{tenant="default",outcome="failed"} 40');
    expect(metrics).toMatch(/spanwise_verdict_auc_ratio\{tenant="default",weights="learned"\} 0\.[89]/);
  });

  it('teach the same with a crash', () => {
    const outputs = ({ driver }: ReturnType<typeof learn>) =>
      (['sessions', 'calibration', 'outcomes'] as const).map((name) => driver.outputs(name));
    expect(outputs(learn(45))).toEqual(outputs(learn()));
  });
});

it('is a signal as ingest sends it', () => {
  const signals = topic('signals').example as Partial<Signal>[];
  const [told] = signals.filter(({ source }) => source === 'ingest');
  const { driver } = start();
  driver.pipe(newRecord('Signal', told as Partial<Signal>));
  expect(driver.outputs<'Outcome'>('outcomes')).toHaveLength(1);
});
