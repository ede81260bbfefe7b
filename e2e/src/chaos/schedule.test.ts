import { expect, it } from 'vitest';
import { type FaultSpec, schedule } from './schedule.ts';

const specs: FaultSpec[] = [
  { kind: 'kill', leastMs: 0, mostMs: 0, weight: 6 },
  { kind: 'freeze', leastMs: 12_000, mostMs: 14_000, weight: 1 },
  { kind: 'away', leastMs: 3_000, mostMs: 8_000, weight: 2, resource: 'clickhouse' },
  { kind: 'full', leastMs: 3_000, mostMs: 8_000, weight: 2, resource: 'clickhouse' },
  { kind: 'never', leastMs: 0, mostMs: 0, weight: 0 },
];
const seeds = Array.from({ length: 20 }, (_, seed) => seed);
const ten = (seed: number) => schedule({ seed, lengthMs: 600_000, specs, everyMs: 8_500 });

it('the same seed gives the same faults, another seed others', () => {
  expect(ten(1)).toEqual(ten(1));
  expect(ten(1)).not.toEqual(ten(2));
});

it.each(seeds)('ten minutes hold at least sixty faults of every kind, within the load (seed %i)', (seed) => {
  const planned = ten(seed);
  expect(planned.length).toBeGreaterThanOrEqual(60);
  expect(new Set(planned.map(({ kind }) => kind))).toEqual(new Set(specs.map(({ kind }) => kind)));
  for (const { atMs, durationMs } of planned) {
    expect(atMs).toBeGreaterThan(0);
    expect(atMs + durationMs).toBeLessThan(600_000);
  }
  expect(planned.map(({ atMs }) => atMs)).toEqual(planned.map(({ atMs }) => atMs).sort((a, b) => a - b));
});

it.each(seeds)('what cannot be at the same time is not (seed %i)', (seed) => {
  const clickhouse = ten(seed).filter(({ kind }) => kind === 'away' || kind === 'full');
  for (const [index, fault] of clickhouse.entries()) {
    const before = clickhouse[index - 1];
    if (before) expect(fault.atMs).toBeGreaterThanOrEqual(before.atMs + before.durationMs);
  }
});

it('a kind of no weight comes once, and no longer', () => {
  expect(ten(3).filter(({ kind }) => kind === 'never')).toHaveLength(1);
});

it('a load too short for a fault has none', () => {
  expect(schedule({ seed: 1, lengthMs: 8_000, specs, everyMs: 8_500 })).toEqual([]);
});
