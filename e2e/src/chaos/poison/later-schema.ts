import { crc32 } from 'node:zlib';
import { type AvroRecordSchema, BLOCK_HEADER_BYTES, currentSchema, writerSchema } from '@spanwise/schemas';
import type { Random } from '@spanwise/simulate';
import type { PoisonMessage } from './forms.ts';
import { span } from './hostile-records.ts';

/** A schema of spans that no process knows before it learns it: today's with its fields in another order. */
export const laterSchema: AvroRecordSchema = (() => {
  const schema = structuredClone(currentSchema('Span').schema);
  schema.fields.reverse();
  return schema;
})();

/** A span that dies for want of its schema, and can be stored as soon as that is known. */
export function spanOfLaterSchema(random: Random, nowMs: number): PoisonMessage {
  const { avroType, fingerprint } = writerSchema(laterSchema);
  const later = span(random, nowMs);
  const records = avroType.toBuffer(later);
  const header = Buffer.alloc(BLOCK_HEADER_BYTES);
  header.write(fingerprint, 0, 'hex');
  header.writeUInt32BE(1, 8);
  header.writeUInt32BE(records.length, 12);
  header.writeUInt32BE(crc32(records), 16);
  return {
    form: 'a span of a schema to come',
    reason: 'unknown_schema',
    value: Buffer.concat([header, records]),
    replayable: { traceId: later.traceId, spanId: later.spanId },
  };
}
