import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../avro/', import.meta.url));

export interface AvroField {
  name: string;
  type: unknown;
  doc?: string;
  default?: unknown;
}

export interface AvroRecordSchema {
  type: 'record';
  name: string;
  namespace?: string;
  doc?: string;
  fields: AvroField[];
}

/** The current Avro schema files, by file name without its ending. */
export function readAvroFiles(subfolder = ''): Map<string, AvroRecordSchema> {
  const files = new Map<string, AvroRecordSchema>();
  for (const file of readdirSync(folder + subfolder).sort()) {
    if (!file.endsWith('.avsc')) continue;
    files.set(file.slice(0, -'.avsc'.length), JSON.parse(readFileSync(`${folder}${subfolder}/${file}`, 'utf8')));
  }
  return files;
}
