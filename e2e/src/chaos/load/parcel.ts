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
  /** In the order of the template's runs: the conversation of each, else its trace id */
  readonly sessionIds: readonly string[];
  /** Of blocks in the topic `spans`, where all its traces belong; of OTLP in the Collector's topic, where it keeps its order. */
  readonly partition: number;
  /** The bytes of a slice that leaves at a time, milliseconds since the epoch. */
  message(slice: Slice, nowMs: number): Buffer;
}

/** The runs of a template as other runs of other conversations. */
export function renewedParcel(template: ParcelTemplate, ids: IdSource, partition: number, partitions: number): Parcel {
  const isBlock = template.way === 'block';
  const traceIds = template.runs.map(() => (isBlock ? ids.trace(partition, partitions) : ids.trace()));
  const conversationIds = template.conversationIds.map(() => ids.conversation());
  const values = [
    ...traceIds.map((id) => Buffer.from(id, isBlock ? 'latin1' : 'hex')),
    ...conversationIds.map((id) => Buffer.from(id)),
  ];
  const renewals = [
    ...template.runs.map(({ traceId }, index) => [traceId, traceIds[index] as string] as const),
    ...template.conversationIds.map((id, index) => [id, conversationIds[index] as string] as const),
  ];
  return {
    template,
    traceIds,
    sessionIds: template.runs.map(({ sessionId }) =>
      renewals.reduce((id, [old, renewed]) => id.replace(old, renewed), sessionId),
    ),
    partition,
    message({ message }, nowMs) {
      if (!isBlock) return message.with(values);
      const block = message.with([...values, avroLong(nowMs * 1_000)]);
      block.writeUInt32BE(crc32(block.subarray(BLOCK_HEADER_BYTES)), CHECKSUM_AT);
      return block;
    },
  };
}
