import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bucketOf, differences, MultisetSums } from './multiset-sums.ts';

function sumsOf(records: readonly (readonly [string, string])[]): MultisetSums {
  const sums = new MultisetSums();
  for (const [id, record] of records) sums.add(id, record);
  return sums;
}

const record = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2', '3'));

it('the same records in any order are equal', () => {
  fc.assert(
    fc.property(fc.array(record), fc.infiniteStream(fc.nat()), (records, order) => {
      const shuffled = records.map((each) => [order.next().value ?? 0, each] as const).sort((a, b) => a[0] - b[0]);
      const other = sumsOf(shuffled.map(([, each]) => each));
      expect(sumsOf(records).differingFrom(other)).toEqual(new Set());
    }),
  );
});

it.each([
  ['a record is missing', [['a', '1']]],
  [
    'a record is there twice',
    [
      ['a', '1'],
      ['b', '2'],
      ['b', '2'],
    ],
  ],
  [
    'a record has another content',
    [
      ['a', '1'],
      ['b', '3'],
    ],
  ],
] as const)('differs where %s', (_, records) => {
  const whole = sumsOf([
    ['a', '1'],
    ['b', '2'],
  ]);
  expect(whole.differingFrom(sumsOf(records))).toEqual(new Set([bucketOf('b')]));
});

it('says which records are missing and which are too many', () => {
  const expected = new Map([
    ['a', ['1', '1', '2']],
    ['b', ['1']],
    ['c', ['1']],
  ]);
  const found = new Map([
    ['a', ['1', '2', '2']],
    ['b', ['1']],
    ['d', ['5']],
  ]);
  expect(differences(expected, found)).toEqual([
    { id: 'a', missing: ['1'], extra: ['2'] },
    { id: 'c', missing: ['1'], extra: [] },
    { id: 'd', missing: [], extra: ['5'] },
  ]);
});
