import { expect, test } from 'vitest';
import { isComputable, isDateReckoned, isMultiple, isStepFrom } from './arithmetic.ts';

test.each([
  [35.5, [20, 15.5]],
  [4.5, [20, 15.5]],
  [60, [12, 5]],
  [6, [10, 20, 30, 1, 2, 3]],
  [17, [20, 15]],
  [85, [100, 15]],
  [33.33, [100, 3]],
  [100, [50, 50]],
])('%d can be had from %j', (target, numbers) => expect(isComputable(target, numbers)).toBe(true));

test.each([
  [129.9, [192.9]],
  [129.9, []],
  [7771, [12, 9.99, 450]],
  [100, [50]],
  [2680, [268, 900]],
])('%d cannot be had from %j', (target, numbers) => expect(isComputable(target, numbers)).toBe(false));

test.each([
  [150, [50], true],
  [25, [50], false],
  [500, [50], false],
])('%d is a few times one of %j: %s', (target, numbers, is) => expect(isMultiple(target, numbers)).toBe(is));

test.each([
  [85, 100, [15], true],
  [31, 100, [15, 45], false],
])('%d follows from %d and one of %j: %s', (target, from, numbers, is) =>
  expect(isStepFrom(target, from, numbers)).toBe(is),
);

test.each([
  ['2026-08-07', '2026-07-08', [30], true],
  ['2026-08-07', '2026-07-24', [2], true],
  ['2026-08-07', '2026-07-07', [1], true],
  ['2026-08-07', '2026-07-08', [14], false],
  ['--08-07', '2026-07-08', [30], false],
])('%s is reckoned from %s by one of %j: %s', (date, from, numbers, is) =>
  expect(isDateReckoned(date, from, numbers)).toBe(is),
);
