import { runDetectors } from '@spanwise/detectors';
import type { Finding, Run, Span } from '@spanwise/schemas';
import { TopologyTestDriver } from '@spanwise/stream';
import { type TraceBuilder, trace } from '@spanwise/testkit';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { DetectMetrics } from './metrics.ts';
import { NORMALS_KEY } from './run-processor.ts';
import { detectTopology } from './topology.ts';

const MINUTE = 60_000;
const settings = {
  reorderDelayMs: 1_000,
  runQuietMs: MINUTE,
  runAbandonMs: 30 * MINUTE,
  lateGraceMs: 10_000,
  summaryRetentionMs: 15 * MINUTE,
  maxRuns: 100,
  maxStateBytes: 1024 ** 3,
};
const detectors = runDetectors({ runaway_cost: { leastRuns: 5, leastSteps: 10 } });

const start = (maxRuns = settings.maxRuns, autoCommit = true) =>
  new TopologyTestDriver(detectTopology({ ...settings, maxRuns }, new DetectMetrics(new Registry(), 10), detectors), {
    autoCommit,
  });

type Driver = ReturnType<typeof start>;

const runs = (driver: Driver): Run[] => driver.outputs<'Run'>('runs');
const runaways = (driver: Driver): Finding[] =>
  driver.outputs<'Finding'>('findings').filter(({ pattern }) => pattern === 'runaway_cost');

function searching(run: TraceBuilder, times: number): TraceBuilder {
  for (let i = 0; i < times; i++) run.call('search', { words: `word ${i}` }, { result: { found: i } });
  return run.llm({ text: 'This is what there is.' });
}

const research = (seed: string, times: number, tenant = 'default'): Span[] =>
  searching(trace({ seed, tenant, agent: 'researcher', service: 'research' }), times).end();

/** A message, and the milliseconds that pass after it. */
type Play = readonly (readonly [spans: readonly Span[], ms: number])[];

const sound = (count: number, tenant = 'default', from = 0): Play =>
  Array.from({ length: count }, (_, i) => [research(`${tenant} ${from + i}`, 3, tenant), MINUTE + 2_000]);

function play(driver: Driver, messages: Play): void {
  for (const [spans, ms] of messages) {
    driver.pipe(spans);
    driver.advance(ms);
  }
}

it('tells a run that takes more than runs of its agent ever needed, while it goes on', () => {
  const driver = start();
  play(driver, sound(6));
  expect(runs(driver).map(({ verdict }) => verdict)).toEqual(Array(6).fill('correct'));
  const long = research('long', 20);
  driver.pipe(long.slice(0, -1));
  driver.advance(2_000);
  expect(runs(driver)).toHaveLength(6);
  const [first] = runaways(driver);
  expect(first).toMatchObject({ revision: 1, severity: 'medium', traceId: long[0]?.traceId, spanId: long[14]?.spanId });
  expect(JSON.parse(first?.evidence ?? '')).toMatchObject({ type: 'steps', numbers: { runs: 6, share: 0.98 } });
  driver.pipe(long.slice(-1));
  driver.advance(2 * MINUTE);
  expect(runs(driver).at(-1)).toMatchObject({ verdict: 'suspect', reasons: [{ pattern: 'runaway_cost' }] });
  expect(runaways(driver).at(-1)).toMatchObject({ withdrawn: false, agent: 'researcher' });
});

it('says nothing of an agent of which it has seen too few runs, or of that of another tenant', () => {
  const driver = start();
  play(driver, [...sound(4), ...sound(6, 'other'), [research('long', 20), 2 * MINUTE]]);
  expect(runaways(driver)).toEqual([]);
});

it.each([
  [3, 0],
  [4, 1],
])('learns from runs that ended well only, and from each once: %i more of them', (more, found) => {
  const failing = (i: number): Span[] =>
    searching(trace({ seed: `failing ${i}`, agent: 'researcher', service: 'research' }), 3).end({ failed: true });
  const late = research('late', 3);
  const driver = start();
  play(driver, [
    ...Array.from({ length: 6 }, (_, i) => [failing(i), 2 * MINUTE] as const),
    // The last call comes when the run has been judged, and has it judged again.
    [late.toSpliced(4, 1), MINUTE + 2_000],
    [late.slice(4, 5), 2 * MINUTE],
  ]);
  expect(runs(driver).at(-1)).toMatchObject({ revision: 2 });
  play(driver, [...sound(more), [research('long', 20), 2 * MINUTE]]);
  expect(new Set(runaways(driver).map(({ findingId }) => findingId)).size).toBe(found);
});

it('takes in what has become normal, though each such run was suspect', () => {
  const driver = start();
  play(driver, sound(10));
  const heavy = (i: number): Play => [[research(`heavy ${i}`, 20), 2 * MINUTE]];
  for (let i = 0; i < 11; i++) play(driver, heavy(i));
  expect(
    runs(driver)
      .slice(10)
      .map(({ verdict }) => verdict),
  ).toEqual([...Array(10).fill('suspect'), 'correct']);
});

/** Triage hands a refund over; the payload is what its model asked for. */
const refund = (i: number, payload: object): Span[] =>
  trace({ seed: `refund ${i}`, agent: 'triage' })
    .llm({ calls: [{ name: 'transfer_to_refunds', arguments: payload, id: `h${i}` }] })
    .handoff('triage', 'refunds', payload, { span: { toolCallId: `h${i}` } })
    .end();

it('learns what is always handed over, and finds what is missing, after a crash too', () => {
  const driver = start();
  for (let i = 0; i < 50; i++) play(driver, [[refund(i, { order_id: `A-${i}`, amount: i }), MINUTE + 2_000]]);
  driver.crashAndRestore();
  play(driver, [[refund(50, { order_id: 'A-50' }), 2 * MINUTE]]);
  const revisions = driver.outputs<'Finding'>('findings');
  expect(new Set(revisions.map(({ findingId }) => findingId)).size).toBe(1);
  const found = revisions.at(-1);
  expect(found).toMatchObject({ pattern: 'context_contract_violation', severity: 'medium' });
  expect(JSON.parse(found?.evidence ?? '')).toMatchObject({ type: 'learned_contract', numbers: { handoffs: 50 } });
});

it('keeps what is normal when the runs are forgotten, and counts it as no run', () => {
  const driver = start(3);
  play(driver, [...sound(6), [[], 20 * MINUTE]]);
  expect(Object.keys(driver.state())).toEqual([NORMALS_KEY]);
  // Three runs that stay open are as many as there may be: none is ended early.
  for (const seed of ['x', 'y', 'z']) driver.pipe(trace({ seed }).llm().open());
  driver.advance(MINUTE);
  expect(runs(driver)).toHaveLength(6);
  driver.pipe(trace({ seed: 'one more' }).llm().open());
  driver.advance(MINUTE);
  expect(runs(driver)).toHaveLength(7);
});

it('finds the same whatever crashes, wherever commits fall', () => {
  const long = research('long', 20);
  const messages: Play = [
    ...sound(6),
    [long.slice(0, 9), 300],
    [long.slice(9, 30), 1_500],
    ...sound(2, 'default', 20),
    [long.slice(30), 2_000],
    ...sound(1, 'other'),
    [research('second', 14), 2 * MINUTE],
  ];
  const outputs = (driver: Driver) => [
    driver.outputs<'Finding'>('findings'),
    runs(driver),
    driver.outputs<'Signal'>('signals'),
    driver.state(),
  ];
  const undisturbed = start();
  play(undisturbed, messages);
  expect(runaways(undisturbed).map(({ traceId }) => traceId)).toContain(long[0]?.traceId);
  const places = fc.uniqueArray(fc.nat(messages.length - 1), { maxLength: 6 });
  fc.assert(
    fc.property(places, places, (commitsAfter, crashesAfter) => {
      const driver = start(settings.maxRuns, false);
      messages.forEach((message, i) => {
        play(driver, [message]);
        if (commitsAfter.includes(i)) driver.commit();
        if (crashesAfter.includes(i)) driver.crashAndRestore();
      });
      driver.commit();
      expect(outputs(driver)).toEqual(outputs(undisturbed));
    }),
    { numRuns: 20 },
  );
});
