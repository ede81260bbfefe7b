/** The received time that templates carry, microseconds since the epoch; copies get the time at which they leave. */
export const RECEIVED_US = 1_795_320_004_300_123;

/** A long as Avro writes it: zigzag, seven bits a byte, the least first. */
export function avroLong(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value) * 2n;
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}

export const RECEIVED_BYTES: Buffer = avroLong(RECEIVED_US);
