import { Readable } from 'node:stream';
import { BLOCK_HEADER_BYTES, currentSchema, encodeBlock } from '@spanwise/schemas';
import { expect, test } from 'vitest';
import { run, spans } from '../../test/records.ts';
import { avroFile, columnName, columnsOf } from './avro-file.ts';

const blockOf = (block: Buffer, count: number) => ({ count, records: block.subarray(BLOCK_HEADER_BYTES) });

/** What another reader of Avro finds in the file. */
async function read(file: Buffer[]): Promise<Record<string, unknown>[]> {
  const { default: avro } = await import('avsc');
  const decoder = new avro.streams.BlockDecoder();
  const records: Record<string, unknown>[] = [];
  for await (const record of Readable.from(file).pipe(decoder)) records.push({ ...(record as object) });
  return records;
}

test('a file of several blocks reads as their records, under the names of columns', async () => {
  const original = spans(300);
  const blocks = [original.slice(0, 1), original.slice(1, 200), original.slice(200)].map((part) =>
    blockOf(encodeBlock('Span', part), part.length),
  );
  const records = await read(avroFile(currentSchema('Span'), blocks));
  expect(records).toHaveLength(300);
  expect(records[299]).toMatchObject({ trace_id: original[299]?.traceId, name: 'step 299', duration_ns: 5_000_000 });
});

test('fields of records within records have column names too', async () => {
  const [record] = await read(avroFile(currentSchema('Run'), [blockOf(encodeBlock('Run', [run('a')]), 1)]));
  expect(record).toMatchObject({ root_seen: true, reasons: [{ finding_id: 'f1' }, { finding_id: 'f2' }] });
});

test('large blocks are handed on without a copy', () => {
  const large = blockOf(encodeBlock('Span', spans(500)), 500);
  expect(avroFile(currentSchema('Span'), [large])).toContain(large.records);
});

test('the same blocks give the same bytes', () => {
  const file = () => Buffer.concat(avroFile(currentSchema('Span'), [blockOf(encodeBlock('Span', spans(3)), 3)]));
  expect(file().equals(file())).toBe(true);
});

test('columns are the fields, in their order', () => {
  expect(columnsOf(currentSchema('SpanRevision')).slice(0, 5)).toEqual([
    'tenant',
    'trace_id',
    'span_id',
    'received_time',
    'resolved_session_id',
  ]);
  expect(columnName('costUsd')).toBe('cost_usd');
});
