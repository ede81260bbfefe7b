import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startCollector } from './collector.fixture.ts';
import type { Departure } from './emit/departures.ts';
import { OtlpSink } from './emit/otlp-sink.ts';
import { type FleetProgress, type FleetResult, runFleet } from './fleet.ts';
import { presetOf } from './preset.ts';
import { TruthFile } from './truth-file.ts';

const DAY_MS = 86_400_000;
const fast = { spansPerSecond: 400, durationMs: 20_000, seed: 3, isFast: true };

describe('a fleet', () => {
  test('sends every span of its runs, and tells the truth about them', async () => {
    await using collector = await startCollector();
    const before = Date.now();
    const result = await runFleet({ ...fast, sink: new OtlpSink(collector), resendShare: 0 });
    const ids = new Set(collector.spans.map((span) => span.spanId));
    expect(ids.size).toBe(result.spansSent);
    expect(collector.spans.length).toBe(result.spansSent);
    const runs = result.truth.filter((truth) => truth.type === 'run');
    expect(runs.reduce((sum, run) => sum + run.spans, 0)).toBe(result.spansSent);
    expect(new Set(runs.map((run) => run.traceId)).size).toBe(result.runs);
    for (const truth of result.truth) if (truth.type === 'fault') expect(ids.has(truth.spanId)).toBe(true);
    expect(Object.keys(result.injected).toSorted()).toEqual(presetOf('small').faults.toSorted());
    for (const run of runs) expect(run.endMs <= Date.now() && run.endMs > before - fast.durationMs).toBe(true);
  });

  test('keeps the rate', async () => {
    await using collector = await startCollector();
    const result = await runFleet({ ...fast, durationMs: 60_000, sink: new OtlpSink(collector) });
    // the first and the last seconds are only partly filled
    expect(result.spansSent).toBeGreaterThan(0.7 * 60 * 400);
    expect(result.spansSent).toBeLessThan(1.05 * 60 * 400);
  });

  test('sends roots after their children, and runs in several requests', async () => {
    await using collector = await startCollector();
    await runFleet({ ...fast, sink: new OtlpSink(collector), resendShare: 0, faultShare: 0, negativeShare: 0 });
    const last = new Map(collector.spans.map((span) => [span.traceId, span.parentSpanId]));
    const late = [...last.values()].filter((parent) => parent !== '').length;
    // requests overtake each other, seldom
    expect(late / last.size).toBeLessThan(0.1);
    expect(collector.requests.length).toBeGreaterThan(100);
  });

  test('sends some requests twice, and counts their spans once', async () => {
    await using collector = await startCollector();
    const result = await runFleet({ ...fast, durationMs: 8_000, sink: new OtlpSink(collector), resendShare: 0.2 });
    const distinct = new Set(collector.spans.map((span) => span.spanId)).size;
    expect(result.spansSent).toBe(distinct);
    expect(collector.spans.length).toBe(result.spansSent + result.spansResent);
    expect(result.spansResent).toBeGreaterThan(0);
  });

  test('loses nothing to an endpoint that is busy or breaks off', async () => {
    await using collector = await startCollector((n) => {
      if (n % 7 === 1) return { status: 429, headers: { 'retry-after': '0' } };
      return n % 11 === 3 ? { status: 200, breaks: 'after' } : { status: 200 };
    });
    const result = await runFleet({ ...fast, durationMs: 6_000, sink: new OtlpSink(collector) });
    expect(new Set(collector.spans.map((span) => span.spanId)).size).toBe(result.spansSent);
    expect(result.retries).toBeGreaterThan(3);
  });

  test('fails when the endpoint refuses', async () => {
    await using collector = await startCollector((n) => ({ status: n < 5 ? 200 : 401 }));
    await expect(runFleet({ ...fast, sink: new OtlpSink(collector) })).rejects.toThrow('refused spans with status 401');
  });

  test('sends no more once it is told to stop, and tells of whole runs only', async () => {
    await using collector = await startCollector();
    const stop = new AbortController();
    const progress: FleetProgress[] = [];
    const running = runFleet({
      sink: new OtlpSink(collector),
      spansPerSecond: 400,
      seed: 3,
      signal: stop.signal,
      onProgress: (each) => progress.push(each),
    });
    setTimeout(() => stop.abort(), 2_500);
    const result = await running;
    const received = collector.spans.length;
    expect(result.spansSent + result.spansResent).toBe(received);
    expect(progress.at(-1)?.spansSent).toBe(result.spansSent);
    expect(progress.length).toBeGreaterThan(1);
    const told = result.truth.filter((truth) => truth.type === 'run').reduce((sum, run) => sum + run.spans, 0);
    expect(told).toBeLessThanOrEqual(result.spansSent);
    for (const { startTime } of collector.spans)
      expect(Math.abs(startTime.micros / 1_000 - Date.now())).toBeLessThan(90_000);
  });

  test('writes its truths to a file, a line each', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fleet-'));
    try {
      await using collector = await startCollector();
      const options = { ...fast, durationMs: 8_000, sink: new OtlpSink(collector) };
      const { truth } = await runFleet(options);
      const path = join(folder, 'deep', 'truth.jsonl');
      const file = await TruthFile.create(path);
      expect((await runFleet({ ...options, truths: [file] })).truth).toEqual([]);
      await file.close();
      const lines = (await readFile(path, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as FleetResult['truth'][number]);
      const key = (each: FleetResult['truth'][number]) =>
        each.type === 'campaign'
          ? each.agent
          : `${each.type} ${each.traceId} ${each.type === 'run' ? '' : each.pattern}`;
      expect(lines.map(key).toSorted()).toEqual(truth.map(key).toSorted());
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test.each([
    [{ spansPerSecond: 0, durationMs: 1_000 }, 'spansPerSecond must be more than 0, got 0'],
    [{ spansPerSecond: 10, isFast: true }, 'a fast fleet needs a duration'],
    [{ spansPerSecond: 10, durationMs: 1_000, faults: ['x'] }, "there is no fault 'x'"],
  ])('refuses %o', async (options, message) => {
    await expect(
      runFleet({ sink: new OtlpSink({ endpoint: 'http://127.0.0.1:1' }), seed: 1, ...options }),
    ).rejects.toThrow(message);
  });

  test('lives weeks in seconds, as its preset has it', async () => {
    const sent: { departure: Departure; atMs: number }[] = [];
    const times: number[] = [];
    const sink = {
      retries: 0,
      async send(departures: readonly Departure[], atMs: number) {
        for (const departure of departures) sent.push({ departure, atMs });
      },
      async timePasses(atMs: number) {
        times.push(atMs);
      },
      async [Symbol.asyncDispose]() {},
    };
    const days = 15;
    const mix = { preset: 'weeks', sessionsPerDay: 12, returnShare: 0.5, resendShare: 0 };
    const result = await runFleet({ sink, seed: 2, ...mix, durationMs: days * DAY_MS, isFast: true });
    expect(result.sessions).toBeGreaterThan(days * 6);
    for (const { departure, atMs } of sent) {
      expect(departure.dueMs).toBeLessThanOrEqual(atMs);
      expect(atMs - departure.dueMs).toBeLessThan(60_000);
    }
    // time is told again and again, in order, and goes on after the last span
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const steps = times.slice(1, -1).map((time, i) => time - (times[i] ?? time));
    expect(Math.max(...steps)).toBeLessThan(3 * 60_000);
    expect(times.at(-1)).toBeGreaterThan(Math.max(...sent.map(({ atMs }) => atMs)) + 30 * 60_000);
    const conversations = Map.groupBy(sent, ({ departure }) => departure.run.sessionId);
    const spans = [...conversations.values()].map((all) => (all.at(-1)?.atMs ?? 0) - (all[0]?.atMs ?? 0));
    expect(spans.filter((ms) => ms > DAY_MS).length).toBeGreaterThan(10);
    const releases = new Set(sent.map(({ departure }) => departure.span.source.release));
    expect(releases.size).toBeGreaterThan(3);
  });
});
