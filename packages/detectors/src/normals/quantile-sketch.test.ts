import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addSketch, addValue, countIn, halveSketch, type QuantileSketch, quantileOf } from './quantile-sketch.ts';

const values = fc.array(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 200 });

const sketchOf = (of: readonly number[]): QuantileSketch => {
  const sketch: QuantileSketch = [];
  for (const value of of) addValue(sketch, value);
  return sketch;
};

it('a quantile is never below the true one, and at most 11 % above it', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 100 }), (of, percent) => {
      const rank = Math.max(1, Math.ceil((percent / 100) * of.length - 1e-9));
      const truth = [...of].sort((a, b) => a - b)[rank - 1] as number;
      const found = quantileOf(sketchOf(of), percent / 100);
      // the lowest of very many buckets are joined: what falls there is told too high
      if (sketchOf(of).length < 256) expect(found / truth).toBeLessThan(1.11);
      expect(found / truth).toBeGreaterThan(1 - 1e-9);
    }),
  );
});

it('two sketches make the one of all values, in any order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5_000)), fc.array(fc.nat(5_000)), (one, other) => {
      const sum = sketchOf(one);
      addSketch(sum, sketchOf(other));
      expect(sum).toEqual(sketchOf([...other, ...one]));
      expect(countIn(sum)).toBe(one.length + other.length);
    }),
  );
});

it('half of what was seen is forgotten, what was rare altogether', () => {
  const sketch = sketchOf([0, 0, 10, 10, 10, 900]);
  halveSketch(sketch);
  expect(countIn(sketch)).toBe(2);
  expect(quantileOf(sketch, 0.5)).toBe(0);
  expect(quantileOf(sketch, 1)).toBeCloseTo(10, -1);
});

it('stays small, and exact at its upper end, whatever it is given', () => {
  const all = Array.from({ length: 3_000 }, (_, i) => 1.02 ** i);
  const sketch = sketchOf(all);
  expect(sketch.length).toBeLessThanOrEqual(256);
  expect(countIn(sketch)).toBe(3_000);
  expect(quantileOf(sketch, 0.99) / (all[2_969] as number)).toBeCloseTo(1, 0);
});

it('an empty sketch knows nothing', () => {
  expect(quantileOf([], 0.5)).toBe(0);
});
