import { crc32 } from 'node:zlib';
import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { type AvroRecordSchema, readAvroFiles } from './avro-files.ts';
import { BLOCK_HEADER_BYTES, decodeBlock, encodeBlock } from './block.ts';
import { newRecord } from './new-record.ts';
import { currentSchema, learnSchema, type RecordName, schemaByFingerprint } from './record-types.ts';
import { topic } from './topics.ts';

const current = [...readAvroFiles().values()];
const released = [...readAvroFiles('released')];

/** What a schema says to readers of records: its documentation may be mended after its release. */
const withoutDocs = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema), (key, value: unknown) => (key === 'doc' ? undefined : value));

describe('schema evolution', () => {
  it.each(current.map((s) => [s.name]))(
    'the current schema of %s is released, so that the next one is held to it',
    (name) => {
      const { fingerprint } = currentSchema(name as RecordName);
      expect(
        released.some(([file]) => file.endsWith(`.${fingerprint}`)),
        `run \`npm run release -w schemas\` and commit schemas/avro/released/*.${fingerprint}.avsc`,
      ).toBe(true);
    },
  );

  it.each(released)('%s has not been edited since its release', (file, schema) => {
    const fingerprint = file.slice(file.lastIndexOf('.') + 1);
    expect(withoutDocs(schemaByFingerprint(fingerprint)?.schema)).toEqual(withoutDocs(schema));
  });

  const nowOf = (schema: AvroRecordSchema) =>
    avro.Type.forSchema(currentSchema(schema.name as RecordName).schema as avro.Schema);

  it.each(released)('%s is read by the current schema', (_, schema) => {
    expect(() => nowOf(schema).createResolver(avro.Type.forSchema(schema as avro.Schema))).not.toThrow();
  });

  // a kind of signal that an older version does not know is a dead letter there, to be replayed when it is upgraded
  it.each(released.filter(([, { name }]) => name !== 'Signal'))('%s reads the current schema', (_, schema) => {
    expect(() => avro.Type.forSchema(schema as avro.Schema).createResolver(nowOf(schema))).not.toThrow();
  });

  it.each([
    ['a new field without a default', (s: AvroRecordSchema) => s.fields.push({ name: 'added', type: 'string' })],
    ['a changed type', (s: AvroRecordSchema) => Object.assign(field(s, 'name'), { type: 'long' })],
    [
      'a renamed field without a default',
      (s: AvroRecordSchema) => Object.assign(field(s, 'traceId'), { name: 'trace' }),
    ],
  ])('%s would break readers and is noticed', (_, change) => {
    const before = currentSchema('Span').schema;
    const after = structuredClone(before);
    change(after);
    const reader = avro.Type.forSchema(after as avro.Schema);
    expect(() => reader.createResolver(avro.Type.forSchema(before as avro.Schema))).toThrow();
  });
});

it('a schema that is learnt makes blocks readable whose writer was unknown', () => {
  const newer = structuredClone(currentSchema('SpanRevision').schema);
  newer.fields.push({ name: 'learntLater', doc: 'New', type: 'string', default: '' } as never);
  const record = newRecord('SpanRevision', topic('span-revisions').example[0] as object);
  const type = avro.Type.forSchema(newer as avro.Schema);
  const body = type.toBuffer({ ...record, learntLater: 'x' });
  const block = encodeBlock('SpanRevision', [record]);
  const header = Buffer.from(block.subarray(0, BLOCK_HEADER_BYTES));
  type.fingerprint().copy(header, 0, 0, 8);
  header.writeUInt32BE(body.length, 12);
  header.writeUInt32BE(crc32(body), 16);
  const foreign = Buffer.concat([header, body]);
  expect(() => decodeBlock('SpanRevision', foreign)).toThrow(expect.objectContaining({ reason: 'unknown_schema' }));
  learnSchema(newer);
  expect(decodeBlock('SpanRevision', foreign).map((r) => r.spanId)).toEqual([record.spanId]);
});

function field(schema: AvroRecordSchema, name: string): object {
  const found = schema.fields.find((f) => f.name === name);
  if (!found) throw new Error(`no field ${name}`);
  return found;
}
