const SEED = 0x9747b28c | 0;
const M = 0x5bd1e995;

/**
 * The 32-bit murmur2 of Kafka's clients, signed.
 * Source: org.apache.kafka.common.utils.Utils#murmur2.
 */
export function murmur2(data: Uint8Array): number {
  const length = data.length;
  let h = SEED ^ length;
  const end = length & ~3;
  for (let i = 0; i < end; i += 4) {
    let k = byte(data, i) | (byte(data, i + 1) << 8) | (byte(data, i + 2) << 16) | (byte(data, i + 3) << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    k = Math.imul(k, M);
    h = Math.imul(h, M) ^ k;
  }
  const rest = length & 3;
  if (rest === 3) h ^= byte(data, end + 2) << 16;
  if (rest >= 2) h ^= byte(data, end + 1) << 8;
  if (rest >= 1) h = Math.imul(h ^ byte(data, end), M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}

function byte(data: Uint8Array, index: number): number {
  return data[index] as number;
}

/**
 * The partition, 0 … partitions − 1, of a key: what every Kafka client's default partitioner chooses for the same bytes,
 * so that blocks and single messages of one key land together.
 */
export function partitionForKey(key: string, partitions: number): number {
  if (!Number.isInteger(partitions) || partitions < 1) {
    throw new RangeError(`a topic has at least one partition, not ${partitions}`);
  }
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}
