import { ClickHouseError } from '@clickhouse/client';
import { expect, test } from 'vitest';
import { classifyInsertError } from './insert-errors.ts';

const error = (code: string, message = 'no') => new ClickHouseError({ code, message, type: '' });
/** As the client gives it: it finds no code in these words. */
const avro = (words: string) => new Error(`std::exception. Code: 1001, type: avro::Exception, e.what() = ${words}`);

test.for([
  ['a broken connection is tried again', new Error('ECONNRESET'), 'retry'],
  ['a missing table is tried again: a migration may come', error('60'), 'retry'],
  ['lagging merges are waited for', error('252', 'Too many parts (300). Merges are processing slower'), 'retry'],
  ['too many days in one insert are refused', error('252', 'Too many partitions for single INSERT block'), 'refused'],
  ['an unknown enum element is refused', error('691'), 'refused'],
  ['too little memory asks for less at once', error('241'), 'too_large'],
  ['arrays that make no map are refused', error('36', 'Sizes of keys and values arrays do not match'), 'refused'],
  ['another bad argument is tried again: a setting may be', error('36', 'Unknown setting'), 'retry'],
  ['an int that Avro does not take is refused', avro('Value out of range for Avro int: 1099511627776'), 'refused'],
  ['an Avro file that was cut off on its way is tried again', avro('EOF reached'), 'retry'],
  ['an unknown code is tried again', error('99999'), 'retry'],
] as const)('%s', ([, failure, kind]) => {
  expect(classifyInsertError(failure)).toBe(kind);
});
