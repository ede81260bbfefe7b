import { ClickHouseError } from '@clickhouse/client';
import { expect, test } from 'vitest';
import { classifyInsertError } from './insert-errors.ts';

const error = (code: string, message = 'no') => new ClickHouseError({ code, message, type: '' });

test.for([
  ['a broken connection is tried again', new Error('ECONNRESET'), 'retry'],
  ['a missing table is tried again: a migration may come', error('60'), 'retry'],
  ['lagging merges are waited for', error('252', 'Too many parts (300). Merges are processing slower'), 'retry'],
  ['too many days in one insert are refused', error('252', 'Too many partitions for single INSERT block'), 'refused'],
  ['an unknown enum element is refused', error('691'), 'refused'],
  ['too little memory asks for less at once', error('241'), 'too_large'],
  ['an unknown code is tried again', error('99999'), 'retry'],
] as const)('%s', ([, failure, kind]) => {
  expect(classifyInsertError(failure)).toBe(kind);
});
