import type { Readable, Transform } from 'node:stream';
import { createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';
import type { ByteShare } from './byte-budget.ts';

/** Why a body cannot be had. */
export type BodyFault = 'too_large' | 'overloaded' | 'corrupt' | 'unknown_encoding';

export class BodyError extends Error {
  readonly reason: BodyFault;
  constructor(reason: BodyFault, message: string) {
    super(message);
    this.name = 'BodyError';
    this.reason = reason;
  }
}

const CHUNK = { chunkSize: 64 * 1024 };

const inflaters: Readonly<Record<string, (body: Buffer) => Transform>> = {
  gzip: () => createGunzip(CHUNK),
  'x-gzip': () => createGunzip(CHUNK),
  // by the specification zlib's format; some clients send a bare deflate stream, whose first byte tells
  deflate: (body) => ((body[0] ?? 0) % 16 === 8 ? createInflate(CHUNK) : createInflateRaw(CHUNK)),
  zstd: () => createZstdDecompress(CHUNK),
};

/**
 * Reads a request's body and decompresses it by its Content-Encoding. Neither form may exceed `limit` bytes, nor what `share`
 * gives, and no more than that is ever inflated. Throws BodyError.
 */
export async function readBody(
  stream: Readable,
  contentEncoding: string | undefined,
  limit: number,
  share: ByteShare,
): Promise<Buffer> {
  const name = contentEncoding?.trim().toLowerCase() || 'identity';
  const inflater = Object.hasOwn(inflaters, name) ? inflaters[name] : undefined;
  if (name !== 'identity' && !inflater) {
    throw new BodyError(
      'unknown_encoding',
      `Content-Encoding ${name} is not supported: use gzip, deflate, zstd or none`,
    );
  }
  // the request must not be destroyed when it is too large: its socket still has to carry the answer
  const body = await collect(stream.iterator({ destroyOnReturn: false }), limit, share);
  if (!inflater || body.length === 0) return body;
  const inflating = inflater(body);
  inflating.end(body);
  try {
    return await collect(inflating, limit, share);
  } catch (error) {
    if (error instanceof BodyError) throw error;
    throw new BodyError(
      'corrupt',
      `the body is not ${name}, as its Content-Encoding says: ${(error as Error).message}`,
    );
  }
}

async function collect(stream: AsyncIterable<Buffer>, limit: number, share: ByteShare): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > limit) {
      throw new BodyError('too_large', `the request is larger than ${limit} bytes: send smaller batches`);
    }
    if (!share.grow(chunk.length)) throw new BodyError('overloaded', 'too many bytes are waiting for Kafka');
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length);
}
