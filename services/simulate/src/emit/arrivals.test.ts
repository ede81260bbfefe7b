import { describe, expect, test } from 'vitest';
import { SessionSource } from '../generate.ts';
import { arrivalsOf } from './arrivals.ts';

describe('arrivals', () => {
  const source = new SessionSource({ seed: 5, preset: 'fleet' });
  const sessions = Array.from({ length: 20 }, (_, i) => source.session(i, 1e12 + i * 5_000));
  const spansOf = (resendShare: number, lateShare: number) =>
    [...arrivalsOf(sessions, { seed: 1, resendShare, lateShare })].flatMap((arrival) =>
      arrival.spans.map((span) => ({ ...span, atMs: arrival.atMs, tenant: arrival.tenant })),
    );

  test('bring every span once, after its end, in the order of time', () => {
    const arrived = spansOf(0, 0);
    const sent = sessions.flat().flatMap((run) => run.spans);
    expect(new Set(arrived.map(({ span }) => span.spanId)).size).toBe(arrived.length);
    expect(arrived.length).toBe(sent.length);
    expect(arrived.every(({ atMs, endMs }) => atMs >= endMs)).toBe(true);
    const times = arrived.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(arrived.map(({ tenant }) => tenant)).size).toBeGreaterThan(1);
  });

  test('bring some twice and some late', () => {
    const arrived = spansOf(0.2, 0.2);
    expect(new Set(arrived.map(({ span }) => span.spanId)).size).toBeLessThan(arrived.length);
    expect(arrived.some(({ atMs, endMs }) => atMs > endMs + 2_000)).toBe(true);
    const times = arrived.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});
