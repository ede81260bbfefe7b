import type { KafkaMessage } from 'kafkajs';

/** Why a batch cannot be read, and which. */
export interface Undecodable {
  reason: 'undecodable' | 'bad_checksum';
  /** In words, with the offsets of the batch. */
  detail: string;
}

/** What our patch of kafkajs gives the one message that stands for a batch it cannot read. */
interface Patched {
  undecodable?: { firstOffset: string; lastOffset: string; attributes: number; error: Error };
}

const COMPRESSIONS = ['no compression', 'gzip', 'snappy', 'lz4', 'zstd'];
const COMPRESSION_MASK = 0x07;

/**
 * Tells whether a message is none, but stands for a whole batch that cannot be read: unknown or broken compression, more
 * than `MAX_BATCH_BYTES`, a wrong checksum. Its value is the batch as Kafka has it, its offset the batch's last. Who reads
 * Kafka has to ask this of every message, and to bury it, or to stop.
 */
export function undecodableBatch(message: KafkaMessage): Undecodable | undefined {
  const { undecodable } = message as KafkaMessage & Patched;
  if (!undecodable) return undefined;
  const { firstOffset, lastOffset, attributes, error } = undecodable;
  const id = attributes & COMPRESSION_MASK;
  const compression = COMPRESSIONS[id] ?? `compression ${id}`;
  return {
    reason: error.message.includes('CRC-32C') ? 'bad_checksum' : 'undecodable',
    detail: `the batch of offsets ${firstOffset} to ${lastOffset} (${compression}) cannot be read: ${error.message}. The value is the whole batch`,
  };
}
