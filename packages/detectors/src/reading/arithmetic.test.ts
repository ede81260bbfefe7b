import { expect, test } from 'vitest';
import { isComputable } from './arithmetic.ts';

test.each([
  [35.5, [20, 15.5]],
  [4.5, [20, 15.5]],
  [60, [12, 5]],
  [6, [10, 20, 30, 1, 2, 3]],
  [17, [20, 15]],
  [85, [100, 15]],
  [33.33, [100, 3]],
])('%d can be had from %j', (target, numbers) => expect(isComputable(target, numbers)).toBe(true));

test.each([
  [129.9, [192.9]],
  [129.9, []],
  [7771, [12, 9.99, 450]],
])('%d cannot be had from %j', (target, numbers) => expect(isComputable(target, numbers)).toBe(false));
