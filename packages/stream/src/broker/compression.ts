import { promisify } from 'node:util';
import { gunzip, gzip, constants as zlib, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { compress as snappyCompress, uncompress as snappyUncompress } from 'snappy';
import { snappyBlocks, snappyLength, xerialStream } from './xerial.ts';

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(data: Buffer): Promise<Buffer>;
}

/**
 * A batch that would grow beyond this is refused: it is what a broker takes in one request (`socket.request.max.bytes`), so that
 * no producer who does not compress could send more. (lz4 cannot grow a batch more than 255 times, and is not limited.)
 */
export const MAX_BATCH_BYTES = 100 * 1024 * 1024;

const gzipAsync = promisify(gzip);
const gunzipAsync = promisify<Buffer, object, Buffer>(gunzip);
const zstdAsync = promisify(zstdCompress);
const unzstdAsync = promisify(zstdDecompress);

const gzipCodec: Codec = {
  compress: ({ buffer }) => gzipAsync(buffer),
  decompress: (data) => gunzipAsync(data, { maxOutputLength: MAX_BATCH_BYTES }),
};

const zstdCodec: Codec = {
  compress: ({ buffer }) => zstdAsync(buffer, { params: { [zlib.ZSTD_c_compressionLevel]: 1 } }),
  decompress: (data) => unzstdAsync(data, { maxOutputLength: MAX_BATCH_BYTES }),
};

const snappyCodec: Codec = {
  compress: ({ buffer }) => xerialStream(buffer, (block) => snappyCompress(block)),
  async decompress(data) {
    const blocks = snappyBlocks(data);
    const length = blocks.reduce((sum, block) => sum + snappyLength(block), 0);
    if (length > MAX_BATCH_BYTES)
      throw new RangeError(`${length} bytes are more than the ${MAX_BATCH_BYTES} of a request`);
    const plain = await Promise.all(blocks.map((block) => snappyUncompress(block) as Promise<Buffer>));
    return plain.length === 1 ? (plain[0] as Buffer) : Buffer.concat(plain);
  },
};

/** One LZ4 frame of independent blocks: brokers refuse others. */
const lz4Codec: Codec = {
  compress: ({ buffer }) => compressFrame(buffer),
  decompress: (data) => decompressFrame(data),
};

/** Makes every kafkajs client of this process read and write all compressions of Kafka: gzip, snappy, lz4 and zstd. */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.GZIP] = () => gzipCodec;
  CompressionCodecs[CompressionTypes.Snappy] = () => snappyCodec;
  CompressionCodecs[CompressionTypes.LZ4] = () => lz4Codec;
  CompressionCodecs[CompressionTypes.ZSTD] = () => zstdCodec;
}
