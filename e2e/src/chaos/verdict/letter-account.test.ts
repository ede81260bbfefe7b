import { type DeadLetter, newRecord } from '@spanwise/schemas';
import { expect, it } from 'vitest';
import type { ExpectedLetter } from '../poison/poison-book.ts';
import { accountForLetters } from './letter-account.ts';

const value = Buffer.from('poison');
const place = { topic: 'spans', partition: 1, offset: 7 };
const expected: ExpectedLetter[] = ['detect', 'store'].map((service) => ({
  ...place,
  service,
  reason: 'bad_checksum',
  key: null,
  value,
}));

function letter(service: string, more: Partial<DeadLetter> = {}): DeadLetter {
  return newRecord('DeadLetter', {
    ...place,
    service,
    reason: 'bad_checksum',
    detail: 'CRC',
    key: null,
    value,
    time: 0,
    ...more,
  });
}

const problems = (...letters: DeadLetter[]) => accountForLetters(expected, letters).problems;

it('a letter of each reader with the bytes that were sent is all that is wanted', () => {
  expect(accountForLetters(expected, [letter('detect'), letter('store')])).toEqual({
    expected: 2,
    found: 2,
    problems: [],
  });
});

it('store may write one twice, detect may not', () => {
  expect(problems(letter('detect'), letter('store'), letter('store'))).toEqual([]);
  expect(problems(letter('detect'), letter('detect'), letter('store'))).toEqual(['detect spans/1/7: 2 dead letters']);
});

it.each([
  ['one is missing', [letter('store')], 'detect spans/1/7: no dead letter (bad_checksum)'],
  [
    'one gives another reason',
    [letter('detect', { reason: 'undecodable' }), letter('store')],
    'detect spans/1/7: undecodable in place of bad_checksum',
  ],
  [
    'one has lost its bytes',
    [letter('detect', { value: Buffer.from('poi') }), letter('store')],
    'detect spans/1/7: other bytes than were sent',
  ],
  [
    'one has a key that was not sent',
    [letter('detect', { key: Buffer.from('key') }), letter('store')],
    'detect spans/1/7: another key than was sent',
  ],
  [
    'one was not caused by us',
    [letter('detect'), letter('store'), letter('detect', { offset: 9 })],
    'detect spans/1/9: unexpected, bad_checksum: CRC',
  ],
])('tells when %s', (_, letters, problem) => {
  expect(problems(...letters)).toEqual([problem]);
});

it('a key that is too large is cut, to no less than 8 KiB', () => {
  const key = Buffer.alloc(600_000, 'key');
  const [owed] = expected;
  if (!owed) throw new Error('nothing is expected');
  const cutTo = (bytes: number) =>
    accountForLetters([{ ...owed, key }], [letter('detect', { key: key.subarray(0, bytes) })]).problems;
  expect(cutTo(8 * 1024)).toEqual([]);
  expect(cutTo(100)).toEqual(['detect spans/1/7: another key than was sent']);
});
