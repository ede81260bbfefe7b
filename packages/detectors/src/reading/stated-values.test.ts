import { expect, test } from 'vitest';
import { statedValues } from './stated-values.ts';

test.each<[string, string[]]>([
  ['Order #W2378156 costs $1,234.50, please.', ['w2378156', '1234.5']],
  ['My user ID is mia_li_3668.', ['mia_li_3668']],
  ['Write to Ada@example.com!', ['ada@example.com']],
  ['on May 20th, 2024 or 3 June', ['2024-05-20', '20th', '2024', '--06-03', '3']],
  ['order_id=W1001', ['w1001']],
  ['W1001,W1002', ['w1001', 'w1002']],
  ['no value at all', []],
])('%s', (text, expected) => {
  expect(statedValues(text).map((value) => value.text)).toEqual(expected);
});

test('at most 512 values are read', () => {
  expect(statedValues(Array.from({ length: 2_000 }, (_, i) => `A${i}`).join(' ')).length).toBe(512);
});
