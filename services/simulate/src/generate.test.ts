import { describe, expect, test } from 'vitest';
import type { FleetMix } from './fleet-mix.ts';
import { generateRuns, SessionSource } from './generate.ts';
import { presetOf } from './preset.ts';
import type { FaultTruth } from './truth.ts';

const faultNames = presetOf('small').faults;

const primaries = (truths: readonly unknown[]): FaultTruth[] =>
  (truths as FaultTruth[]).filter((truth) => truth.type === 'fault' && truth.primary);

describe('generated runs', () => {
  test('are a function of the seed', () => {
    expect([...generateRuns({ seed: 4, count: 40 })]).toEqual([...generateRuns({ seed: 4, count: 40 })]);
    const traces = (seed: number) => [...generateRuns({ seed, count: 40 })].map((run) => run.traceId);
    expect(traces(4)).not.toEqual(traces(5));
  });

  test('say the same whenever they start', () => {
    const source = new SessionSource({ seed: 9 });
    for (let index = 0; index < 30; index += 1) {
      const [early, late] = [source.session(index, 1e12), source.session(index, 1e12 + 86_400_000)];
      expect(late.map((run) => run.spans.map(({ span }) => span.attributes))).toEqual(
        early.map((run) => run.spans.map(({ span }) => span.attributes)),
      );
      expect(late[0]?.endMs).toBeCloseTo((early[0]?.endMs ?? 0) + 86_400_000, 3);
    }
  });

  test('are as many as asked for, with ids of their own', () => {
    const runs = [...generateRuns({ seed: 1, count: 200 })];
    expect(runs).toHaveLength(200);
    expect(new Set(runs.map((run) => run.traceId)).size).toBe(200);
    const spanIds = runs.flatMap((run) => run.spans.map(({ span }) => span.spanId));
    expect(new Set(spanIds).size).toBe(spanIds.length);
  });

  test('show every fault twice before chance decides', () => {
    const early = [...generateRuns({ seed: 1, count: 2 * faultNames.length })];
    const seen = early.map((run) => primaries(run.truths)[0]?.pattern);
    expect(seen).toEqual([...faultNames, ...faultNames]);
  });

  test('keep the shares they were asked for', () => {
    const runs = [...generateRuns({ seed: 2, count: 700, faultShare: 0.5, negativeShare: 0.25 })].slice(20);
    const faulty = runs.filter((run) => primaries(run.truths).length > 0).length / runs.length;
    const negative = runs.filter((run) => run.truths.some(({ type }) => type === 'negative')).length / runs.length;
    expect(faulty).toBeGreaterThan(0.42);
    expect(faulty).toBeLessThan(0.58);
    expect(negative).toBeGreaterThan(0.18);
    expect(negative).toBeLessThan(0.32);
  });

  test('have no fault where none was wanted', () => {
    for (const run of generateRuns({ seed: 3, count: 200, faultShare: 0 })) expect(primaries(run.truths)).toEqual([]);
  });

  test('keep to the faults and conventions that were chosen', () => {
    const mix = { faults: ['retry_storm', 'clock_skew'], conventions: ['openinference'] };
    for (const run of generateRuns({ seed: 3, count: 100, ...mix })) {
      for (const truth of run.truths) expect(truth.convention).toBe('openinference');
      for (const { pattern } of primaries(run.truths)) expect(mix.faults).toContain(pattern);
    }
  });

  test('form sessions of one to three runs, of which some are linked', () => {
    const sessions = new Map<string, number>();
    let linked = 0;
    for (const run of generateRuns({ seed: 6, count: 250 })) {
      sessions.set(run.sessionId, (sessions.get(run.sessionId) ?? 0) + 1);
      const root = run.spans.find(({ span }) => span.spanId === run.rootSpanId);
      if (root && root.span.links.length > 0) linked += 1;
    }
    expect(new Set(sessions.values())).toEqual(new Set([1, 2, 3]));
    expect(linked).toBeGreaterThan(20);
  });

  test.each<[string, Partial<FleetMix>, string]>([
    ['a fault that nobody knows', { faults: ['boredom'] }, "there is no fault 'boredom'; there are: masked_tool_error"],
    ['a convention that nobody knows', { conventions: ['morse'] }, "there is no convention 'morse'"],
    ['a share above 1', { faultShare: 1.5 }, 'faultShare must be between 0 and 1, got 1.5'],
    ['a share that is no number', { negativeShare: Number.NaN }, 'negativeShare must be between 0 and 1'],
    ['shares that exceed 1 together', { faultShare: 0.7, negativeShare: 0.6 }, 'exceed 1 together'],
  ])('refuse %s', (_name, mix, message) => {
    expect(() => new SessionSource({ seed: 1, ...mix })).toThrow(message);
  });
});
