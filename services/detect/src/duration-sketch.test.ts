import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bucketOf, bucketValue } from './duration-sketch.ts';

it('a bucket tells a duration to within 1 %', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e18, noNaN: true }), (ns) => {
      expect(Math.abs(bucketValue(bucketOf(ns)) - ns) / ns).toBeLessThanOrEqual(0.01 + 1e-9);
    }),
  );
});

it('a duration of nothing has a bucket', () => {
  expect(bucketOf(0)).toBe(0);
});
