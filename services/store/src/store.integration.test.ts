import { readFileSync } from 'node:fs';
import '@spanwise/testkit/vitest-clickhouse';
import '@spanwise/testkit/vitest-kafka';
import { currentSchema, encodeBlock, encodeTick } from '@spanwise/schemas';
import { kafkaClient } from '@spanwise/stream';
import kafkajs from 'kafkajs';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { Pipeline } from '../test/pipeline.ts';
import { finding, revisionOf, run, session, spans, stepStats } from '../test/records.ts';
import { StoreProcess } from '../test/store-process.ts';
import { columnName } from './writer/avro-file.ts';

let pipeline: Pipeline;

beforeEach(async () => {
  pipeline = await Pipeline.start(inject('kafkaBrokers'), inject('clickhouseUrl'));
});
afterEach(() => pipeline[Symbol.asyncDispose]());

describe('rows equal records', () => {
  test('a span is stored with every field as it was', async () => {
    await using _store = await pipeline.store();
    const [original] = spans(1, 0, {
      kind: 'tool',
      otelKind: 'client',
      status: 'error',
      failed: true,
      inputTokens: 12,
      costUsd: 0.125,
      retryAttempt: 2,
      conversationId: 'c1',
      agent: 'planner',
      release: '1.2',
      toolArguments: '{"q":"ä€😀"}',
      cut: [
        { field: 'toolResult', length: 123_456, digest: 'a'.repeat(16) },
        { field: 'inputMessages', length: 99, digest: 'b'.repeat(16) },
      ],
    });
    if (!original) throw new Error('no span');
    await pipeline.send('spans', 'Span', [original]);
    await pipeline.reaches('SELECT count() FROM spans', 1);
    const [row] = await pipeline.rows<Record<string, unknown>>(
      'SELECT *, toUnixTimestamp64Micro(start_time) AS start_us, toUnixTimestamp64Micro(received_time) AS received_us FROM spans',
    );
    for (const { name } of currentSchema('Span').schema.fields) {
      const value = original[name as keyof typeof original];
      if (name === 'startTime') expect(Number(row?.start_us)).toBe(value);
      else if (name === 'receivedTime') expect(Number(row?.received_us)).toBe(value);
      else if (name === 'durationNs') expect(Number(row?.duration_ns)).toBe(value);
      else if (typeof value === 'number') expect(Number(row?.[columnName(name)]), name).toBe(value);
      else if (name === 'cut')
        expect(row?.cut).toMatchObject([{ field: 'toolResult' }, { field: 'inputMessages', digest: 'b'.repeat(16) }]);
      else expect(row?.[columnName(name)], name).toEqual(value);
    }
    expect(row).toMatchObject({ session_id: 'c1', duration_ms: 5, revision: 0 });
  });

  test('a withdrawn finding leaves the view and stays in its table; a revision replaces the former one', async () => {
    await using _store = await pipeline.store();
    await pipeline.send('findings', 'Finding', [finding('a'), finding('b')]);
    await pipeline.reaches('SELECT count() FROM findings', 2);
    await pipeline.send('findings', 'Finding', [
      finding('a', { revision: 2, withdrawn: true }),
      finding('b', { revision: 2, severity: 'low' }),
    ]);
    await pipeline.reaches("SELECT count() FROM findings WHERE severity = 'low'", 1);
    expect(await pipeline.count('SELECT count() FROM findings')).toBe(1);
    expect(await pipeline.count('SELECT count() FROM finding_rows WHERE withdrawn')).toBe(1);
  });

  test('reasons of runs and sessions can be asked for by their parts', async () => {
    await using _store = await pipeline.store();
    await pipeline.send('runs', 'Run', [run('r1'), run('r2', { reasons: [] })]);
    await pipeline.send('sessions', 'Session', [session('s1')]);
    await pipeline.reaches('SELECT count() FROM runs', 2);
    await pipeline.reaches('SELECT count() FROM sessions', 1);
    const reasons =
      'SELECT reason.pattern AS pattern, reason.weight AS weight FROM runs ARRAY JOIN reasons AS reason ORDER BY weight';
    expect(await pipeline.rows(reasons)).toEqual([
      { pattern: 'recovery', weight: -0.5 },
      { pattern: 'retry_storm', weight: 1.5 },
    ]);
    expect(await pipeline.count("SELECT count() FROM sessions WHERE has(reasons.pattern, 'retry_storm')")).toBe(1);
  });

  test('step statistics add up, and their quantiles are within one percent', async () => {
    await using _store = await pipeline.store();
    const durations = Array.from({ length: 1000 }, (_, i) => (i + 1) * 1_000_000);
    await pipeline.send('step-stats', 'StepStats', [
      stepStats(durations.slice(0, 300)),
      stepStats(durations.slice(300)),
      stepStats([7_000_000], { tool: 'other' }),
    ]);
    await pipeline.reaches("SELECT sum(span_count) FROM step_stats WHERE tool = 'search'", 1000);
    const [row] = await pipeline.rows<Record<string, number>>("SELECT * FROM step_stats WHERE tool = 'search'");
    expect(row).toMatchObject({ error_count: 2, cost_usd: 1 });
    expect(Number(row?.duration_max_ns)).toBe(1e9);
    for (const p of [50, 95, 99]) {
      const exact = p * 10;
      expect(Math.abs(Number(row?.[`duration_p${p}_ms`]) - exact)).toBeLessThanOrEqual(exact * 0.011);
    }
    const readme = readFileSync(new URL('../../../infra/clickhouse/README.md', import.meta.url), 'utf8');
    const documented = /```sql\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const overAll = await pipeline.rows<{ tool: string; p95_ms: number }>(documented);
    expect(overAll.find(({ tool }) => tool === 'search')?.p95_ms).toBe(row?.duration_p95_ms);
  });
});

describe('what only the run knows', () => {
  const [first, second] = spans(2);
  if (!first || !second) throw new Error('no spans');

  test('a revision gives a stored span its session, agent and release, whichever comes first', async () => {
    await using _store = await pipeline.store();
    const resolved = { resolvedSessionId: 'c1', resolvedAgent: 'coder', resolvedRelease: '2.0' };
    await pipeline.send('span-revisions', 'SpanRevision', [revisionOf(first, resolved)]);
    await pipeline.reaches('SELECT count() FROM span_rows', 1);
    expect(await pipeline.count('SELECT count() FROM spans'), 'a revision alone is no span').toBe(0);
    await pipeline.send('spans', 'Span', [first, second]);
    await pipeline.reaches('SELECT count() FROM spans', 2);
    await pipeline.send('span-revisions', 'SpanRevision', [revisionOf(second, resolved)]);
    await pipeline.reaches("SELECT count() FROM spans WHERE session_id = 'c1'", 2);
    const rows = 'SELECT name, session_id, agent, release, own_agent, revision FROM spans ORDER BY name';
    const expected = [first, second].map(({ name }) => ({
      name,
      session_id: 'c1',
      agent: 'coder',
      release: '2.0',
      own_agent: first.agent,
      revision: 1,
    }));
    expect(await pipeline.rows(rows)).toEqual(expected);
    await pipeline.client.command({ query: 'OPTIMIZE TABLE span_rows FINAL' });
    expect(await pipeline.rows(rows), 'the same when the rows have merged').toEqual(expected);
  });

  test('the highest revision counts, and leaves what it does not state', async () => {
    await using _store = await pipeline.store();
    await pipeline.send('spans', 'Span', [first]);
    await pipeline.send('span-revisions', 'SpanRevision', [
      revisionOf(first, { revision: 10, resolvedSessionId: 'a late one' }),
      revisionOf(first, { revision: 9, resolvedSessionId: 'z', resolvedAgent: 'coder' }),
    ]);
    await pipeline.reaches('SELECT count() FROM spans WHERE revision = 10', 1);
    expect(await pipeline.rows('SELECT session_id, agent FROM spans')).toEqual([
      { session_id: 'a late one', agent: 'coder' },
    ]);
  });

  test('a span that was sent twice is one row, and cut fields survive a revision', async () => {
    await using _store = await pipeline.store();
    const cut = [{ field: 'toolResult', length: 10_000, digest: 'c'.repeat(16) }];
    await pipeline.send('spans', 'Span', [{ ...first, cut }]);
    await pipeline.send('spans', 'Span', [{ ...first, cut, receivedTime: first.receivedTime + 86_400_000_000 }]);
    await pipeline.send('span-revisions', 'SpanRevision', [revisionOf(first, { resolvedSessionId: 'c1' })]);
    await pipeline.reaches("SELECT count() FROM spans WHERE session_id = 'c1' AND notEmpty(cut)", 1);
    await pipeline.reaches('SELECT count() FROM span_rows', 3);
    expect(await pipeline.count('SELECT count() FROM spans')).toBe(1);
    expect(await pipeline.count('SELECT toUnixTimestamp64Micro(received_time) FROM spans')).toBe(first.receivedTime);
  });
});

test('verdict counts follow every revision', async () => {
  await using _store = await pipeline.store();
  await pipeline.send('runs', 'Run', [run('a'), run('b', { verdict: 'suspect' })]);
  await pipeline.send('sessions', 'Session', [session('s')]);
  await pipeline.reaches('SELECT sum(count) FROM verdict_counts', 3);
  await pipeline.send('runs', 'Run', [run('b', { verdict: 'failed', previousVerdict: 'suspect', revision: 2 })]);
  await pipeline.send('sessions', 'Session', [session('s', { final: true, previousVerdict: 'correct', revision: 2 })]);
  await pipeline.reaches("SELECT sum(count) FROM verdict_counts WHERE verdict = 'failed'", 1);
  await pipeline.reaches('SELECT count() FROM sessions WHERE final', 1);
  const counts = 'SELECT scope, verdict, toInt32(count) AS n FROM verdict_counts ORDER BY scope, verdict';
  expect(await pipeline.rows(counts)).toEqual([
    { scope: 'run', verdict: 'correct', n: 1 },
    { scope: 'run', verdict: 'failed', n: 1 },
    { scope: 'session', verdict: 'correct', n: 1 },
  ]);
});

test('ticks move the offset on and leave no row', async () => {
  await using store = await pipeline.store();
  await pipeline.sendRaw('spans', [encodeTick('Span'), encodeTick('Span')]);
  await pipeline.send('spans', 'Span', spans(3));
  await pipeline.sendRaw('spans', [encodeTick('Span')]);
  await pipeline.reaches('SELECT count() FROM spans', 3);
  await expect.poll(() => pipeline.committed('spans')).toEqual([{ partition: 0, offset: 4, metadata: null }]);
  expect(await store.registry.metrics()).toMatch(/spanwise_store_lag_messages\{topic="spans"\} 0\n/);
  expect(await store.registry.metrics()).toMatch(/spanwise_store_rows_total\{table="span_rows"\} 3\n/);
  expect(store.health.ready).toBe(true);
});

describe('what clients write by themselves', () => {
  const { None, GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;

  test('is stored in every compression, and behind a batch that cannot be decompressed', async () => {
    await using store = await pipeline.store();
    const client = kafkaClient({ brokers: inject('kafkaBrokers'), clientId: 'client' });
    const producer = client.producer();
    await producer.connect();
    const topic = `${pipeline.prefix}spans`;
    const send = (value: Buffer, compression: kafkajs.CompressionTypes) =>
      producer.send({ topic, compression, messages: [{ value, partition: 0 }] });
    for (const [i, compression] of [None, GZIP, Snappy, LZ4, ZSTD].entries()) {
      await send(encodeBlock('Span', spans(2, 2 * i)), compression);
    }
    // small for the broker; decompressed, more than a request may be
    await send(Buffer.alloc(100 * 1024 * 1024), ZSTD);
    await send(encodeBlock('Span', spans(2, 10)), LZ4);
    await producer.disconnect();
    await pipeline.reaches('SELECT uniqExact(span_id) FROM spans', 12);
    await expect.poll(() => pipeline.committed('spans')).toEqual([{ partition: 0, offset: 7, metadata: null }]);
    // at least once: a store that has to join its group again may meet the batch a second time
    expect(await store.registry.metrics()).toMatch(
      /^spanwise_store_dead_letters_total\{topic="spans",reason="undecodable"\} [1-9]$/m,
    );
    expect(store.health.ready).toBe(true);
  });
});

test('a healthy store says that it is ready, and no more', async () => {
  await using store = new StoreProcess(pipeline.env());
  await store.ready();
  await pipeline.send('spans', 'Span', spans(10));
  await pipeline.reaches('SELECT count() FROM spans', 10);
  await store.kill('SIGTERM');
  const lines = store.output.split('\n').filter((line) => line !== '');
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['ready']);
});
