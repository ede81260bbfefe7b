/**
 * Blocks as one Avro object container file, so that ClickHouse reads the records as they were written: nobody decodes
 * them in between. (https://avro.apache.org/docs/1.12.0/specification/#object-container-files)
 */
import type { WriterSchema } from '@spanwise/schemas';

/** What separates the blocks of the file. Any 16 bytes do; the same always keep a retried insert byte for byte the same. */
const syncMarker = Buffer.from('spanwise store/1', 'latin1');

export interface AvroBlock {
  /** Number of records */
  count: number;
  /** The records, Avro binary, back to back */
  records: Buffer;
}

/** Blocks from this size on are handed on as they are; smaller ones are copied together, since each chunk costs a write. */
const LARGE_BYTES = 16 * 1024;

/** The whole file, in chunks. All blocks must be of the one writer: two schemas in a file cannot be. */
export function avroFile(writer: WriterSchema, blocks: readonly AvroBlock[]): Buffer[] {
  const chunks: Buffer[] = [];
  let small = [headerOf(writer)];
  for (const { count, records } of blocks) {
    small.push(long(count), long(records.length));
    if (records.length >= LARGE_BYTES) {
      chunks.push(Buffer.concat(small), records);
      small = [];
    } else {
      small.push(records);
    }
    small.push(syncMarker);
  }
  chunks.push(Buffer.concat(small));
  return chunks;
}

/** Names of the columns that a writer's records go to, in the order of its fields. */
export function columnsOf(writer: WriterSchema): string[] {
  return writer.schema.fields.map((field) => columnName(field.name));
}

/** `costUsd` → `cost_usd` */
export function columnName(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const headers = new WeakMap<WriterSchema, Buffer>();

function headerOf(writer: WriterSchema): Buffer {
  let header = headers.get(writer);
  if (!header) {
    const schema = JSON.stringify(withColumnNames(writer.schema));
    const metadata = [bytes('avro.schema'), bytes(schema), bytes('avro.codec'), bytes('null')];
    header = Buffer.concat([Buffer.from('Obj\x01', 'latin1'), long(2), ...metadata, long(0), syncMarker]);
    headers.set(writer, header);
  }
  return header;
}

/** The schema with the fields of all its records renamed to columns; the bytes of a record do not depend on names. */
function withColumnNames(type: unknown): unknown {
  if (Array.isArray(type)) return type.map(withColumnNames);
  if (typeof type !== 'object' || type === null) return type;
  const { doc: _doc, default: _default, ...rest } = type as Record<string, unknown>;
  if (rest.type === 'record') {
    const fields = rest.fields as { name: string; type: unknown }[];
    return {
      ...rest,
      fields: fields.map(({ name, type }) => ({ name: columnName(name), type: withColumnNames(type) })),
    };
  }
  if (rest.type === 'array') return { ...rest, items: withColumnNames(rest.items) };
  if (rest.type === 'map') return { ...rest, values: withColumnNames(rest.values) };
  return rest;
}

/** A length or count as Avro's variable-length zig-zag long. */
function long(value: number): Buffer {
  const out: number[] = [];
  let rest = value * 2;
  while (rest > 0x7f) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
  return Buffer.from(out);
}

function bytes(text: string): Buffer {
  const encoded = Buffer.from(text);
  return Buffer.concat([long(encoded.length), encoded]);
}
