import { expect, test } from 'vitest';
import { isQuickPattern, QUICK_TEXT } from './quick-pattern.ts';

/** A pattern that backtracks takes far longer than that, on any machine. */
const HANGING_MS = 10_000;

test.each([
  '^[a-z]+$',
  '^A-\\d{4}$',
  '^\\d{4}-\\d{2}-\\d{2}$',
  '^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$',
  '^(USD|EUR|GBP)$',
  '^#?[0-9a-f]{6}$',
  '^https?://',
  '^\\+?[1-9]\\d{6,14}$',
  '^[\\w()*+{}|]+$',
])('%s is quick', (pattern) => {
  const before = performance.now();
  for (const text of ['a', '1', 'x@', '+', '-'])
    new RegExp(pattern, 'u').test(`${text.repeat(QUICK_TEXT - 1)}!`.slice(-QUICK_TEXT));
  expect(performance.now() - before).toBeLessThan(HANGING_MS);
  expect(isQuickPattern(pattern)).toBe(true);
});

test.each([
  '(a+)+$',
  '((a+))+$',
  '(a|aa)+$',
  '(a|a)*b',
  '(a{1,40}){1,40}',
  'a*a*a*a*b',
  `^${'a?'.repeat(40)}${'a'.repeat(40)}$`,
  '(.)\\1',
  '(?<x>a)\\k<x>',
  '(?:x+x+)+y',
  '(a{64}){64}',
  // not slow, but who can tell
  '^(?:\\d{3}-)?\\d{4}$',
  'a'.repeat(300),
])('%s may not be', (pattern) => {
  expect(isQuickPattern(pattern)).toBe(false);
});
