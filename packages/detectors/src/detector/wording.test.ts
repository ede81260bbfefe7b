import { expect, test } from 'vitest';
import { duration, listed, times } from './wording.ts';

test.each([
  [0, '0 ms'],
  [40.4, '40 ms'],
  [1_720, '1.7 s'],
  [5_000, '5 s'],
  [720_000, '12 min'],
  [12_600_000, '3.5 h'],
])('%d ms are %s', (millis, words) => expect(duration(millis)).toBe(words));

test.each([
  [1, 'once'],
  [2, 'twice'],
  [90, '90 times'],
])('%d is %s', (count, words) => expect(times(count)).toBe(words));

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
])('%j is listed as %j', (names, words) => expect(listed(names)).toBe(words));
