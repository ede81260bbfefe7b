import { expect, test } from 'vitest';
import { editDistance, isNearMiss, shapeOf } from './near-miss.ts';
import { type NormalValue, normalValue } from './normal-value.ts';

const near = (a: unknown, b: unknown) => isNearMiss(normalValue(a) as NormalValue, normalValue(b) as NormalValue);

test.each([
  ['W2378156', 'W2378165'],
  ['A-1047', 'A-1074'],
  ['192.90', '129.90'],
  ['1234.50', '1243.50'],
  ['45.90', '459'],
  ['56000', '560000'],
  ['2026-03-05', '2026-05-03'],
  ['2026-03-05', '2025-03-05'],
  ['2026-03-12', '2026-03-21'],
  ['ada@example.com', 'aad@example.com'],
])('%s is nearly %s', (a, b) => expect(near(a, b)).toBe(true));

test.each([
  ['W2378156', 'W9914467'],
  ['45', '54'],
  ['100', '200'],
  ['10000', '100000'],
  ['56', '560'],
  ['129.90', '129.9'],
  ['-16.63', '16.63'],
  ['2026-03-05', '2026-03-06'],
  ['2026-03-05', '2026-03-12'],
  ['A1', 'B1'],
])('%s is not nearly %s', (a, b) => expect(near(a, b)).toBe(false));

test('a swap of neighbours is one edit, and counting stops beyond the bound', () => {
  expect(editDistance('abcd', 'abdc', 2)).toBe(1);
  expect(editDistance('abcd', 'wxyz', 2)).toBe(3);
  expect(editDistance('a', 'abcdef', 2)).toBe(3);
});

test('a shape keeps what kind each character is', () => expect(shapeOf('w-12é')).toBe('a-99a'));
