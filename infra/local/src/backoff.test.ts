import { expect, test } from 'vitest';
import { Backoff } from './backoff.ts';

test('waits double up to the bound and start again after a stable life', () => {
  const backoff = new Backoff({ firstMs: 1_000, maxMs: 10_000, stableMs: 30_000 });
  const waits = [0, 500, 0, 29_999, 0, 30_000, 10].map((lived) => backoff.waitAfter(lived));
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 1_000, 2_000]);
});
