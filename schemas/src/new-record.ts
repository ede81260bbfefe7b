import { currentSchema, type RecordName, type RecordTypes } from './record-types.ts';

/**
 * A record with the defaults of its Avro schema where nothing is given.
 * Throws an Error that names every field without a default that is missing or any field that does not fit.
 */
export function newRecord<N extends RecordName>(recordName: N, given: Partial<RecordTypes[N]>): RecordTypes[N] {
  const { schema, avroType } = currentSchema(recordName);
  const record: Record<string, unknown> = {};
  for (const field of schema.fields) {
    const value = (given as Record<string, unknown>)[field.name];
    record[field.name] = value === undefined ? structuredClone(field.default) : value;
  }
  const faults: string[] = [];
  avroType.isValid(record, { errorHook: (path) => faults.push(path.join('.')) });
  for (const name of Object.keys(given)) if (!(name in record)) faults.push(`${name} (no such field)`);
  if (faults.length > 0) throw new Error(`not a ${recordName}: ${faults.join(', ')}`);
  return record as unknown as RecordTypes[N];
}
