import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeIntent,
  deduplicationToken,
  differenceFrom,
  encodeIntent,
  type Intent,
  MAX_DEAD_LETTERS,
  MAX_METADATA_BYTES,
} from './intent.ts';

const intent: Intent = {
  end: 120,
  records: 900,
  fingerprint: '0123456789abcdef',
  checksum: 0xabc,
  deadLetters: [101, 110],
};

test('an intent comes back from the metadata as it was', () => {
  const offset = fc.maxSafeNat();
  fc.assert(
    fc.property(
      fc.record({
        end: offset,
        records: offset,
        fingerprint: fc.stringMatching(/^[0-9a-f]{16}$/),
        checksum: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        deadLetters: fc.array(offset),
      }),
      (any) => {
        expect(decodeIntent(encodeIntent(any))).toEqual(any);
      },
    ),
  );
});

test('the longest intent fits the metadata of an offset', () => {
  const deadLetters = Array.from({ length: MAX_DEAD_LETTERS }, (_, i) => Number.MAX_SAFE_INTEGER - i);
  const longest = { ...intent, end: Number.MAX_SAFE_INTEGER, records: 1e9, checksum: 2 ** 32 - 1, deadLetters };
  expect(encodeIntent(longest).length).toBeLessThanOrEqual(MAX_METADATA_BYTES);
});

test.for([null, undefined, ''])('metadata %j is no intent', (metadata) => {
  expect(decodeIntent(metadata)).toBeUndefined();
});

test.for([
  'somebody else',
  '{}',
  '{"v":2,"end":1,"n":1,"f":"","c":1,"d":[]}',
  'null',
  '{"v":1,"end":-1,"n":1,"f":"","c":1,"d":[]}',
])('metadata of others is an error, not an intent: %s', (metadata) => {
  expect(() => decodeIntent(metadata)).toThrow('offset metadata is no intent of this version');
});

test.for([
  ['end', { end: 121 }],
  ['fingerprint', { fingerprint: 'f'.repeat(16) }],
  ['number of records', { records: 901 }],
  ['checksum', { checksum: 1 }],
  ['dead letters', { deadLetters: [101] }],
] as const)('another %s is a difference, and is named', ([name, change]) => {
  expect(differenceFrom(intent, { ...intent, ...change } as Intent)).toMatch(new RegExp(`^${name} was .*, is `));
  expect(differenceFrom(intent, { ...intent })).toBeUndefined();
});

test('the token tells apart topic, partition, range and content', () => {
  const tokens = [
    deduplicationToken('spans', 0, 100, intent),
    deduplicationToken('spans', 1, 100, intent),
    deduplicationToken('runs', 0, 100, intent),
    deduplicationToken('spans', 0, 99, intent),
    deduplicationToken('spans', 0, 100, { ...intent, end: 121 }),
    deduplicationToken('spans', 0, 100, { ...intent, checksum: 0xabd }),
  ];
  expect(new Set(tokens).size).toBe(tokens.length);
  expect(tokens[0]).toBe('spans-0-100-120-00000abc');
});
