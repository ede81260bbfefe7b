import { crc32 } from 'node:zlib';
import { type RunDetector, runDetectors } from '@spanwise/detectors';
import {
  decodeBlock,
  encodeBlock,
  type Finding,
  type Run,
  type Signal,
  type Span,
  type SpanRevision,
  type StepStats,
} from '@spanwise/schemas';
import { StateLoad, TopologyTestDriver } from '@spanwise/stream';
import { trace } from '@spanwise/testkit';
import { span, spanIdOf, traceIdOf } from '@spanwise/testkit/spans';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { DetectMetrics } from './metrics.ts';
import { detectTopology } from './topology.ts';

const MINUTE = 60_000;
const settings = {
  reorderDelayMs: 1000,
  runQuietMs: MINUTE,
  runAbandonMs: 30 * MINUTE,
  lateGraceMs: MINUTE / 2,
  summaryRetentionMs: 15 * MINUTE,
  maxRuns: 100,
  maxStateBytes: 1024 ** 3,
};

function start(maxRuns = settings.maxRuns) {
  const registry = new Registry();
  const driver = new TopologyTestDriver(detectTopology({ ...settings, maxRuns }, new DetectMetrics(registry, 10)));
  return { driver, registry };
}

type Driver = ReturnType<typeof start>['driver'];

const runs = (driver: Driver): Run[] => driver.outputs<'Run'>('runs');
const findings = (driver: Driver): Finding[] => driver.outputs<'Finding'>('findings');
const revisions = (driver: Driver): SpanRevision[] => driver.outputs<'SpanRevision'>('span-revisions');
/** Those to sessions. */
const signals = (driver: Driver): Signal[] =>
  driver.outputs<'Signal'>('signals').filter(({ keyKind }) => keyKind === 'session');
const stats = (driver: Driver): StepStats[] => driver.outputs<'StepStats'>('step-stats');

/** A run whose root names conversation and agent, and nobody else does; the root ends last. */
const refund = (): Span[] =>
  trace({ conversationId: 'conv-7', agent: 'refunds', release: '1.8.2' })
    .call('get_order', { order_id: 'A-1' }, { result: { status: 'shipped' } })
    .call('refund_order', { order_id: 'A-1' }, { result: { success: false, reason: 'not refundable' } })
    .llm({ text: 'Your order has been refunded.' })
    .end();

describe('detect', () => {
  it('judges a run the same whether or not thousands of others came before each of its spans', () => {
    const alone = start(100_000).driver;
    const crowded = start(100_000).driver;
    const others = (part: number): Span[] =>
      Array.from({ length: 2_100 }, (_, i) => span({ traceId: traceIdOf(`${part}/${i}`), spanId: spanIdOf(`${i}`) }));
    for (const [i, given] of refund().entries()) {
      alone.pipe(given, i * 6_000);
      crowded.pipe(i < 4 ? [given, ...others(i)] : given, i * 6_000);
    }
    for (const driver of [alone, crowded]) driver.advance(2 * MINUTE);
    const of = <T extends { traceId: string }>(records: T[]) =>
      records.filter(({ traceId }) => traceId === traceIdOf('1'));
    expect(of(runs(crowded))).toEqual(runs(alone));
    expect(runs(alone)).toHaveLength(1);
    expect(of(findings(crowded))).toEqual(findings(alone));
    expect(of(revisions(crowded))).toEqual(revisions(alone));
  });

  it('tells every span the conversation and agent that stand on the root only, when the root comes last', () => {
    const { driver } = start();
    const spans = refund();
    for (const [i, span] of spans.entries()) driver.pipe(span, i * 1500);
    expect(revisions(driver)).toEqual([]);
    driver.advance(2000);
    const told = new Map(revisions(driver).map((revision) => [revision.spanId, revision]));
    for (const span of spans.slice(0, -1)) {
      expect(told.get(span.spanId)).toMatchObject({
        resolvedSessionId: 'conv-7',
        resolvedAgent: 'refunds',
        resolvedRelease: '1.8.2',
        receivedTime: span.receivedTime,
      });
    }
    expect(told.has(spans.at(-1)?.spanId ?? '')).toBe(false);
  });

  it('judges a run once it is quiet with its root ended, and signals its session', () => {
    const { driver } = start();
    driver.pipe(refund(), 1);
    driver.advance(MINUTE - 1000);
    expect(runs(driver)).toEqual([]);
    driver.advance(2001);
    expect(runs(driver)).toMatchObject([
      { sessionId: 'conv-7', agent: 'refunds', revision: 1, rootSeen: true, spanCount: 6, llmCalls: 3, toolCalls: 2 },
    ]);
    expect(runs(driver)[0]?.verdict).not.toBe('correct');
    expect(findings(driver).map((finding) => finding.pattern)).toContain('masked_tool_error');
    expect(signals(driver).filter(({ body }) => body.run)).toMatchObject([
      { keyKind: 'session', key: 'conv-7', body: { run: { revision: 1 } } },
    ]);
  });

  it('abandons a run whose root never came, only after the long gap', () => {
    const { driver } = start();
    driver.pipe(
      trace()
        .call('search', { q: 'x' }, { result: [1] })
        .open(),
      1,
    );
    driver.advance(29 * MINUTE);
    expect(runs(driver)).toEqual([]);
    driver.advance(2 * MINUTE);
    expect(runs(driver)).toMatchObject([{ verdict: 'abandoned', rootSeen: false }]);
  });

  it('waits for quiet: every span that still comes moves the end', () => {
    const { driver } = start();
    const spans = refund();
    driver.pipe(spans.slice(2), 1);
    driver.advance(50_000);
    driver.pipe(spans.slice(0, 1));
    driver.advance(50_000);
    driver.pipe(spans.slice(1, 2));
    driver.advance(50_000);
    expect(runs(driver)).toEqual([]);
    driver.advance(20_000);
    expect(runs(driver)).toMatchObject([{ spanCount: 6 }]);
  });

  it('a span that comes soon after the end is judged with all the others', () => {
    const { driver } = start();
    const spans = refund();
    driver.pipe(spans.toSpliced(3, 1), 1);
    driver.advance(MINUTE + 10_000);
    driver.pipe(spans[3] as Span);
    driver.pipe(spans[0] as Span);
    driver.advance(2 * MINUTE);
    expect(runs(driver)).toMatchObject([
      { revision: 1, spanCount: 5 },
      { revision: 2, spanCount: 6, continuation: 0, previousVerdict: runs(driver)[0]?.verdict },
    ]);
    expect(stats(driver).reduce((sum, row) => sum + row.spanCount, 0)).toBe(6);
    const ofRuns = signals(driver).filter(({ body }) => body.run);
    expect(ofRuns.map(({ key }) => key)).toEqual(['conv-7', 'conv-7']);
  });

  it('a span that comes long after the end continues the run under its session and root', () => {
    const { driver } = start();
    const spans = refund();
    driver.pipe(spans.slice(1), 1);
    driver.advance(2 * MINUTE);
    expect(Object.values(driver.state())).toEqual([{ meta: expect.anything() }]);
    driver.pipe(spans.slice(0, 1));
    driver.advance(2 * MINUTE);
    const [first, second] = runs(driver);
    expect(runs(driver)).toHaveLength(2);
    expect(second).toMatchObject({
      revision: 2,
      previousVerdict: first?.verdict,
      verdict: first?.verdict,
      continuation: 1,
      sessionId: 'conv-7',
      agent: 'refunds',
      rootSeen: true,
      spanCount: 6,
    });
    expect(findings(driver).map(({ pattern }) => pattern)).not.toContain('abandoned_session');
    expect(revisions(driver).at(-1)).toMatchObject({ spanId: spans[0]?.spanId, resolvedSessionId: 'conv-7' });
  });

  it('counts every step of a run that is longer than what it remembers', () => {
    const { driver } = start();
    const long = trace({ conversationId: 'conv-7', agent: 'refunds' });
    for (let i = 0; i < 2000; i++) long.tool('look', { i }, { result: { i } });
    driver.pipe(long.end(), 1);
    driver.advance(2 * MINUTE);
    expect(runs(driver)).toMatchObject([{ spanCount: 2001 }]);
    expect(stats(driver).reduce((sum, row) => sum + row.spanCount, 0)).toBe(2001);
  });

  it('forgets a run altogether when its mark expires', () => {
    const { driver } = start();
    driver.pipe(refund(), 1);
    driver.advance(2 * MINUTE);
    driver.advance(16 * MINUTE);
    expect(driver.state()).toEqual({});
    expect(driver.timers).toBe(0);
  });

  it('ends quiet runs soon while there are too many, and leaves room for others', async () => {
    const { driver, registry } = start();
    const traces = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) =>
        trace({ seed: `${from + i}` })
          .llm()
          .open(),
      ).flat();
    driver.pipe(traces(0, 150), 1);
    driver.advance(12_000);
    driver.advance(MINUTE);
    // the first hundred came while there was room, and wait for their roots
    expect(runs(driver).map(({ verdict }) => verdict)).toEqual(Array.from({ length: 50 }, () => 'correct'));
    expect(findings(driver)).toEqual([]);
    expect(Object.keys(driver.state()).filter((key) => key !== StateLoad.KEY)).toHaveLength(100);
    driver.advance(30 * MINUTE);
    expect(runs(driver)).toHaveLength(150);
    const early = await registry.getSingleMetric('spanwise_detect_runs_ended_early_total')?.get();
    expect(early?.values).toMatchObject([{ value: 50 }]);
  });

  describe('whose state takes too much', () => {
    const LIMIT = 75_000;
    /** Five runs a second that never end, for two minutes of log time; `crashes`: where it is restored in between. */
    const flood = (maxStateBytes: number, crashes: (second: number) => boolean = () => false) => {
      const registry = new Registry();
      const limits = { maxRuns: 100_000, maxStateBytes, lateGraceMs: 5_000 };
      const topology = detectTopology({ ...settings, ...limits }, new DetectMetrics(registry, 10));
      const driver = new TopologyTestDriver(topology, { autoCommit: false });
      const sizes: number[] = [];
      for (let second = 0; second < 120; second++) {
        for (let i = 0; i < 5; i++) {
          const open = trace({ seed: `${second}/${i}` })
            .llm({ text: 'x'.repeat(200) })
            .tool('look', { i });
          driver.pipe(open.open(), second * 1_000 + i);
        }
        if (second % 7 === 0) driver.commit();
        if (crashes(second)) driver.crashAndRestore();
        if (second % 6 === 5) sizes.push(JSON.stringify(driver.state()).length);
      }
      driver.commit();
      const ended = runs(driver).map(({ traceId, verdict, closedTime }) => `${traceId} ${verdict} ${closedTime}`);
      return { ended, most: Math.max(...sizes), registry };
    };

    it('ends quiet runs soon, and holds little more than its limit', async () => {
      const { ended, most, registry } = flood(LIMIT);
      const free = flood(1024 ** 3);
      expect(free.ended).toEqual([]);
      expect(free.most).toBeGreaterThan(3 * LIMIT);
      // what comes until it is weighed again, until it has been quiet for long, and until it is reduced: 25 s
      expect(most).toBeLessThan(LIMIT + (free.most * 28) / 120);
      const early = await registry.getSingleMetric('spanwise_detect_runs_ended_early_total')?.get();
      expect(early?.values).toMatchObject([{ value: ended.length }]);
      expect(ended.length).toBeGreaterThan(100);
    });

    it('ends the same runs at the same time wherever commits and crashes fall', () => {
      expect(flood(LIMIT, (second) => second % 11 === 5).ended).toEqual(flood(LIMIT).ended);
    });
  });

  it('counts a span that is sent again only once', () => {
    const { driver } = start();
    driver.pipe(refund(), 1);
    driver.pipe(refund(), 100);
    driver.advance(2 * MINUTE);
    expect(runs(driver)).toMatchObject([{ spanCount: 6 }]);
    expect(stats(driver).reduce((sum, row) => sum + row.spanCount, 0)).toBe(6);
  });

  it('sums every step under the agent that only the root names', () => {
    const { driver } = start();
    driver.pipe(refund(), 1);
    driver.advance(2 * MINUTE);
    const rows = stats(driver);
    expect(new Set(rows.map((row) => row.agent))).toEqual(new Set(['refunds']));
    const tools = rows.filter((row) => row.kind === 'tool');
    expect(new Set(tools.map((row) => row.tool))).toEqual(new Set(['get_order', 'refund_order']));
    for (const row of rows) expect(row.durationCounts.reduce((a, b) => a + b, 0)).toBe(row.spanCount);
    expect(rows.reduce((sum, row) => sum + row.inputTokens, 0)).toBe(300);
  });

  it('gives Prometheus tokens and durations under the agent that only the root names', async () => {
    const { driver, registry } = start();
    driver.pipe(refund(), 1);
    driver.advance(2 * MINUTE);
    const tokens = await registry.getSingleMetric('spanwise_tokens_total')?.get();
    expect(tokens?.values).toMatchObject([
      { labels: { direction: 'input', agent: 'refunds' }, value: 300 },
      { labels: { direction: 'output', agent: 'refunds' } },
    ]);
    const durations = await registry.getSingleMetric('spanwise_step_duration_seconds')?.get();
    expect(new Set(durations?.values.map(({ labels }) => labels.agent))).toEqual(new Set(['refunds']));
  });

  it.each([0, 1, 2, 3, 4, 5, 6])('gives the same after a crash behind span %i as without one', (crashAt) => {
    const play = (crash: boolean) => {
      const { driver } = start();
      for (const [i, span] of refund().entries()) {
        driver.pipe(span, 100 + i * 700);
        if (crash && i === crashAt) driver.crashAndRestore();
      }
      driver.advance(MINUTE);
      driver.advance(MINUTE);
      if (crash) driver.crashAndRestore();
      return [runs(driver), findings(driver), revisions(driver), signals(driver)];
    };
    expect(play(true)).toEqual(play(false));
  });

  it('keeps runs of tenants apart even under one trace id', () => {
    const { driver } = start();
    driver.pipe([...refund(), ...refund().map((span) => ({ ...span, tenant: 'other' }))], 1);
    driver.advance(2 * MINUTE);
    expect(runs(driver).map((run) => [run.tenant, run.spanCount])).toEqual([
      ['default', 6],
      ['other', 6],
    ]);
  });

  it('a detector that throws costs its own findings only, and the span goes to the dead letters', () => {
    const broken: RunDetector = {
      pattern: 'broken',
      initialState: () => null,
      onSpan: (step) => {
        if (step.tool === 'refund_order') throw new Error('not prepared for refunds');
        return false;
      },
      onRunEnd: () => false,
    };
    const metrics = new DetectMetrics(new Registry(), 10);
    const driver = new TopologyTestDriver(detectTopology(settings, metrics, [broken, ...runDetectors()]));
    driver.pipe(refund(), 1);
    driver.advance(2 * MINUTE);
    expect(runs(driver)).toMatchObject([{ spanCount: 6 }]);
    expect(findings(driver).map((finding) => finding.pattern)).toContain('masked_tool_error');
    const [letter, ...others] = driver.outputs<'DeadLetter'>('dead-letters');
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ reason: 'processor_error', detail: 'broken: not prepared for refunds' });
    expect(decodeBlock('Span', letter?.value as Buffer)).toMatchObject([{ tool: 'refund_order' }]);
  });

  it.each([
    ['inputTokens', -5],
    ['outputTokens', -1],
    ['costUsd', -0.5],
    ['costUsd', Number.NaN],
    ['costUsd', Number.POSITIVE_INFINITY],
    ['durationNs', -1000],
    ['startTime', -1],
  ])('buries a span whose %s is %d, and judges its run by the others', (field, value) => {
    const { driver } = start();
    const spans = refund();
    const strange = spans.findIndex((span) => span.kind === 'llm');
    driver.pipe(
      spans.map((span, i) => (i === strange ? { ...span, [field]: value } : span)),
      1,
    );
    driver.advance(2 * MINUTE);
    expect(runs(driver)).toMatchObject([{ spanCount: 5, rootSeen: true }]);
    expect(driver.outputs<'DeadLetter'>('dead-letters')).toMatchObject([
      { reason: 'processor_error', detail: expect.stringContaining(`${field} is ${value}`) },
    ]);
  });

  it.each([
    ['tenant', 300],
    ['traceId', 1_000_000],
    ['spanId', 257],
    ['parentSpanId', 1_000_000],
    ['conversationId', 900_000],
    ['agent', 300_000],
    ['tool', 257],
  ] as const)('buries a span whose %s has %i characters, and judges its run by the others', (field, length) => {
    const { driver } = start();
    const spans = refund();
    const strange = spans.findIndex((span) => span.kind === 'llm');
    driver.pipe(
      spans.map((span, i) => (i === strange ? { ...span, [field]: 'x'.repeat(length) } : span)),
      1,
    );
    driver.advance(2 * MINUTE);
    expect(runs(driver)).toMatchObject([{ spanCount: 5, rootSeen: true }]);
    expect(driver.stateBytes).toBeLessThan(100_000);
    const [letter, ...others] = driver.outputs<'DeadLetter'>('dead-letters');
    expect(others).toEqual([]);
    const detail = expect.stringContaining(`${field} has ${length} characters, at most 256`);
    expect(letter).toMatchObject({ reason: 'processor_error', detail });
    // fetched again from where it stood where it is too large for a letter
    if (length < 600_000) expect(decodeBlock('Span', letter?.value as Buffer)).toHaveLength(1);
  });

  it('takes ids of the length that ingest leaves them', () => {
    const { driver } = start();
    driver.pipe(
      refund().map((span) => ({
        ...span,
        tenant: 't'.repeat(256),
        traceId: 'x'.repeat(256),
        tool: span.tool && 'y'.repeat(256),
      })),
      1,
    );
    driver.advance(2 * MINUTE);
    expect(runs(driver)).toMatchObject([{ spanCount: 6 }]);
    expect(driver.outputs('dead-letters')).toEqual([]);
  });

  it('buries a block with an int beyond 32 bits, and goes on', () => {
    const { driver } = start();
    const block = encodeBlock('Span', [{ ...span({ traceId: traceIdOf('9') }), flags: 77_777, inputTokens: -5 }]);
    // 77,777 takes three bytes, 2^40 six
    const at = block.indexOf(Buffer.from([0xa2, 0xbf, 0x09]));
    const records = Buffer.concat([
      block.subarray(20, at),
      Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x40]),
      block.subarray(at + 3),
    ]);
    const header = Buffer.from(block.subarray(0, 20));
    header.writeUInt32BE(records.length, 12);
    header.writeUInt32BE(crc32(records), 16);
    driver.pipe(Buffer.concat([header, records]), 1);
    driver.pipe(refund(), 1);
    driver.advance(2 * MINUTE);
    expect(runs(driver)).toMatchObject([{ spanCount: 6 }]);
    expect(driver.outputs('dead-letters')).toMatchObject([
      { reason: 'undecodable', detail: expect.stringContaining('an int beyond 32 bits') },
    ]);
  });

  it('does not count a span that had to be buried', async () => {
    const registry = new Registry();
    const driver = new TopologyTestDriver(detectTopology(settings, new DetectMetrics(registry, 10)), {
      autoCommit: false,
    });
    const spans = refund();
    driver.pipe(
      spans.map((span, i) => (i === 2 ? { ...span, costUsd: -1 } : span)),
      1,
    );
    driver.advance(1500);
    driver.commit();
    const metric = await registry.getSingleMetric('spanwise_detect_spans_total')?.get();
    expect(metric?.values.reduce((sum, { value }) => sum + value, 0)).toBe(5);
    expect(driver.outputs('dead-letters')).toHaveLength(1);
  });

  it('moves its counters at the commit', async () => {
    const registry = new Registry();
    const topology = detectTopology(settings, new DetectMetrics(registry, 10));
    const driver = new TopologyTestDriver(topology, { autoCommit: false });
    const spans = async () => (await registry.getSingleMetric('spanwise_detect_spans_total')?.get())?.values ?? [];
    driver.pipe(refund(), 1);
    driver.advance(1500);
    expect(await spans()).toEqual([]);
    driver.commit();
    expect((await spans()).reduce((sum, { value }) => sum + value, 0)).toBe(6);
  });
});
