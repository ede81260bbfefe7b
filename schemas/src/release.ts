/**
 * Copies every current schema that is not yet released to `avro/released/<file>.<fingerprint>.avsc`. From then on readers
 * must be able to read what it wrote; a released file never changes.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { readAvroFiles } from './avro-files.ts';
import { currentSchema, type RecordName } from './record-types.ts';

if (process.argv.includes('--help')) {
  console.log(
    'Freezes the current Avro schemas under schemas/avro/released. Run it when a changed schema is to be committed.',
  );
  process.exit(0);
}
for (const [file, schema] of readAvroFiles()) {
  const { fingerprint } = currentSchema(schema.name as RecordName);
  const target = new URL(`../avro/released/${file}.${fingerprint}.avsc`, import.meta.url);
  if (existsSync(target)) continue;
  writeFileSync(target, `${JSON.stringify(schema, null, 2)}\n`);
  console.log(`released ${file} ${fingerprint}`);
}
