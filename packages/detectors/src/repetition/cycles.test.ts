import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cyclesIn, rotationKey } from './cycles.ts';

const thrice = () => 3;

test.each([
  ['', []],
  ['abcdef', []],
  ['aa', []],
  ['xaaay', [{ period: 1, from: 1, to: 4 }]],
  ['ababab', [{ period: 2, from: 0, to: 6 }]],
  ['ababa', []],
  ['xabcabcabcab', [{ period: 3, from: 1, to: 12 }]],
  ['aaaaaa', [{ period: 1, from: 0, to: 6 }]],
  [
    'aaabbb',
    [
      { period: 1, from: 0, to: 3 },
      { period: 1, from: 3, to: 6 },
    ],
  ],
])('the cycles of %j that occur three times', (sequence, expected) => {
  expect(cyclesIn([...sequence], 4, thrice)).toEqual(expected);
});

test('every stretch that is found repeats with its period', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2), { maxLength: 30 }), (sequence) => {
      for (const { period, from, to } of cyclesIn(sequence, 5, thrice)) {
        expect(to - from).toBeGreaterThanOrEqual(3 * period);
        for (let i = from + period; i < to; i++) expect(sequence[i]).toBe(sequence[i - period]);
      }
    }),
  );
});

test('a cycle has one key wherever it is entered', () => {
  expect(rotationKey(['b', 'c', 'a'])).toBe(rotationKey(['a', 'b', 'c']));
  expect(rotationKey(['a', 'c', 'b'])).not.toBe(rotationKey(['a', 'b', 'c']));
});
