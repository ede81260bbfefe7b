import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { type AvroRecordSchema, readAvroFiles } from './avro-files.ts';
import { currentSchema, type RecordName, schemaByFingerprint } from './record-types.ts';

const current = [...readAvroFiles().values()];
const released = [...readAvroFiles('released')];

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
    expect(schemaByFingerprint(fingerprint)?.schema).toEqual(schema);
  });

  it.each(released)('%s is read by the current schema, and reads it', (_, schema) => {
    const now = avro.Type.forSchema(currentSchema(schema.name as RecordName).schema as avro.Schema);
    const then = avro.Type.forSchema(schema as avro.Schema);
    expect(() => now.createResolver(then)).not.toThrow();
    expect(() => then.createResolver(now)).not.toThrow();
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

function field(schema: AvroRecordSchema, name: string): object {
  const found = schema.fields.find((f) => f.name === name);
  if (!found) throw new Error(`no field ${name}`);
  return found;
}
