import { expect, test } from 'vitest';
import { isComputable, isDateReckoned, isMultiple, isStepFrom, type Operand } from './arithmetic.ts';

const of = (numbers: readonly number[], mayBeShare = true): Operand[] =>
  numbers.map((number) => ({ number, mayBeShare }));

test.each([
  [35.5, [20, 15.5]],
  [4.5, [20, 15.5]],
  [60, [12, 5]],
  [6, [10, 20, 30, 1, 2, 3]],
  [17, [20, 15]],
  [85, [100, 15]],
  [33.33, [100, 3]],
  [100, [50, 50]],
])('%d can be had from %j', (target, numbers) => expect(isComputable(target, of(numbers))).toBe(true));

test.each([
  [129.9, [192.9]],
  [129.9, []],
  [7771, [12, 9.99, 450]],
  [100, [50]],
  [2680, [268, 900]],
])('%d cannot be had from %j', (target, numbers) => expect(isComputable(target, of(numbers))).toBe(false));

test('a percentage is taken only of what may be one', () => {
  expect(isComputable(85, of([100, 15], false))).toBe(true);
  expect(isComputable(90, of([200, 45], false))).toBe(false);
  expect(isComputable(90, of([200, 45]))).toBe(true);
});

test.each([
  [150, [50], true],
  [25, [50], false],
  [500, [50], false],
])('%d is a few times one of %j: %s', (target, numbers, is) => expect(isMultiple(target, numbers)).toBe(is));

test.each([
  [85, 100, [15], true],
  [31, 100, [15, 45], false],
])('%d follows from %d and one of %j: %s', (target, from, numbers, is) =>
  expect(isStepFrom(target, from, of(numbers))).toBe(is),
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
