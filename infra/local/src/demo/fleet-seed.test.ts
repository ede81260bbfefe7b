import { expect, test } from 'vitest';
import { parseDemoCommand } from './command-line.ts';
import { fleetSeed } from './fleet-seed.ts';

const NOW = 1_795_320_000_123;

test('the first fleet of empty tables is always the same', () => {
  expect([fleetSeed(undefined, false, NOW), fleetSeed(undefined, false, NOW + 5)]).toEqual([1, 1]);
});

test('a later fleet has another seed each time, one that --seed takes', () => {
  const seeds = [0, 1, 60_000].map((ms) => fleetSeed(undefined, true, NOW + ms));
  expect(new Set([1, ...seeds]).size).toBe(4);
  for (const seed of seeds) expect(parseDemoCommand(['--seed', String(seed)])).toMatchObject({ seed });
});

test('a seed that is asked for is taken as it is', () => {
  expect(fleetSeed(7, true, NOW)).toBe(7);
});
