import { describe, expect, test } from 'vitest';
import { type NormalValue, normalValue, sameValue } from './normal-value.ts';

test.each<[unknown, string, string]>([
  [1234.5, 'number', '1234.5'],
  ['$1,234.50', 'number', '1234.5'],
  ['1.234,50 €', 'number', '1234.5'],
  ['12 %', 'number', '12'],
  ['007', 'identifier', '007'],
  ['#W2378156', 'identifier', 'w2378156'],
  ['Mia.Li@Example.com', 'identifier', 'mia.li@example.com'],
  ['mia_li_3668', 'identifier', 'mia_li_3668'],
  ['2026-03-05T10:00:00Z', 'date', '2026-03-05'],
  ['March 5, 2026', 'date', '2026-03-05'],
  ['5th of March', 'date', '--03-05'],
  ['25/12/2026', 'date', '2026-12-25'],
  ['TRUE', 'flag', 'true'],
  [false, 'flag', 'false'],
  ['New  York', 'text', 'new york'],
])('%j is a %s: %s', (value, kind, text) => {
  expect(normalValue(value)).toMatchObject({ kind, text });
});

test.each([null, undefined, '', '   ', {}, [], 'x'.repeat(65)])('%j has no normal form', (value) => {
  expect(normalValue(value)).toBeUndefined();
});

describe('two dates', () => {
  const same = (a: string, b: string) => sameValue(normalValue(a) as NormalValue, normalValue(b) as NormalValue);

  test.each([
    ['2026-03-05', 'March 5'],
    ['03/05/2026', '2026-03-05'],
    ['03/05/2026', '2026-05-03'],
    ['2026-03-05', '5 Mar 2026'],
  ])('%s and %s agree', (a, b) => expect(same(a, b)).toBe(true));

  test.each([
    ['2026-03-05', '2025-03-05'],
    ['2026-03-05', 'March 6'],
    ['25/12/2026', '12/24/2026'],
  ])('%s and %s differ', (a, b) => expect(same(a, b)).toBe(false));
});
