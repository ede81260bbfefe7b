/**
 * Snappy as Kafka's Java client writes it: snappy-java's stream, a header and then blocks, each behind its length (Xerial,
 * `SnappyOutputStream`). Other clients (librdkafka, franz-go, Sarama) write one plain block without any of this.
 */
const MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const HEADER_BYTES = 16;
/** snappy-java's default */
const BLOCK_BYTES = 32 * 1024;

/** The plain blocks in what a producer sent. Throws when it ends inside of one. */
export function snappyBlocks(data: Buffer): Buffer[] {
  if (!data.subarray(0, MAGIC.length).equals(MAGIC)) return [data];
  const blocks: Buffer[] = [];
  let at = HEADER_BYTES;
  while (at < data.length) {
    const end = at + 4 + (at + 4 <= data.length ? data.readUInt32BE(at) : 0);
    if (at + 4 > data.length || end > data.length)
      throw new Error(`a snappy stream ends inside of a block, at byte ${at}`);
    blocks.push(data.subarray(at + 4, end));
    at = end;
  }
  return blocks;
}

/** What a snappy block says to be its length when decompressed: the little-endian base-128 number that it begins with. */
export function snappyLength(block: Buffer): number {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return length;
  }
  throw new Error('a snappy block does not begin with its length');
}

/** What a Java producer would send. `compress` makes one plain block. */
export async function xerialStream(data: Buffer, compress: (block: Buffer) => Promise<Buffer>): Promise<Buffer> {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  // version of the format, and the oldest that can read it
  header.writeInt32BE(1, 8);
  header.writeInt32BE(1, 12);
  const parts: Buffer[] = [header];
  for (let at = 0; at < data.length; at += BLOCK_BYTES) {
    const block = await compress(data.subarray(at, at + BLOCK_BYTES));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}
