import { crc32 } from 'node:zlib';
import { BLOCK_HEADER_BYTES } from '@spanwise/schemas';
import type { ParcelTemplate, Slice } from './corpus.ts';
import type { IdSource } from './ids.ts';
import { avroLong } from './received-time.ts';

/** Where the CRC-32 of the records stands in a block. */
const CHECKSUM_AT = 16;

/** A parcel under ids of its own. */
export interface Parcel {
  readonly template: ParcelTemplate;
  /** In the order of the template's runs */
  readonly traceIds: readonly string[];
  /** Of the topic `spans`; where all its traces belong. Undefined where ingest finds it out. */
  readonly partition: number | undefined;
  /** The bytes of a slice that leaves at a time, milliseconds since the epoch. */
  message(slice: Slice, nowMs: number): Buffer;
}

/** The runs of a template as other runs of other conversations. */
export function renewedParcel(template: ParcelTemplate, ids: IdSource, partition: number, partitions: number): Parcel {
  const isBlock = template.way === 'block';
  const traceIds = template.runs.map(() => (isBlock ? ids.trace(partition, partitions) : ids.trace()));
  const values = [
    ...traceIds.map((id) => Buffer.from(id, isBlock ? 'latin1' : 'hex')),
    ...template.conversationIds.map(() => Buffer.from(ids.conversation())),
  ];
  return {
    template,
    traceIds,
    partition: isBlock ? partition : undefined,
    message({ message }, nowMs) {
      if (!isBlock) return message.with(values);
      const block = message.with([...values, avroLong(nowMs * 1_000)]);
      block.writeUInt32BE(crc32(block.subarray(BLOCK_HEADER_BYTES)), CHECKSUM_AT);
      return block;
    },
  };
}
