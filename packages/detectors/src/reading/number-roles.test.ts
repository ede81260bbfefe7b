import { expect, test } from 'vitest';
import { mayBeShare, roleInWords } from './number-roles.ts';
import { statedValues } from './stated-values.ts';

test.each([
  ['10', '', ' % off', '%'],
  ['10%', '', '', '%'],
  ['8.25', 'rate', '', '%'],
  ['12', '', ' Prozent', '%'],
  ['5', '', ' pour cent', '%'],
  ['7', 'Page', ':', '#'],
  ['2', 'Runde', '', '#'],
  ['2019', 'page', '', undefined],
  ['7', 'about', ' days', undefined],
])('%s after "%s" and before "%s" is %s', (number, before, after, role) =>
  expect(roleInWords(number, before, after)).toBe(role),
);

test.each([
  ['Take 10 of page 10.', '10', undefined],
  ['On page 10, and again on page 10.', '10', '#'],
  ['For 10 days you get 10 % off.', '10', '%'],
  ['You get 10 % off for 10 days.', '10', '%'],
])('of "%s" %s is %s', (text, number, role) =>
  expect(statedValues(text).find((value) => value.text === number)?.role).toBe(role),
);

test.each([
  ['discount', true],
  ['%', true],
  ['value', true],
  ['nights', false],
  ['price_eur', false],
  ['revenue_meur', false],
  ['text', false],
  ['#', false],
  ['', false],
])('a number of the field "%s" may be a percentage: %s', (field, is) => expect(mayBeShare(field)).toBe(is));
