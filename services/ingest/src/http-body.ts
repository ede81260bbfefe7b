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
  const inflater = inflaterOf(contentEncoding);
  // the request must not be destroyed when it is too large: its socket still has to carry the answer
  const body = await collect(stream.iterator({ destroyOnReturn: false }), limit, share);
  return inflater ? await inflated(body, inflater, limit, share) : body;
}

/** gRPC's frame: a byte that says whether the message is compressed, and its length as 32 bits, big-endian. */
const PREFIX_BYTES = 5;

/** Reads the one message of a unary gRPC call (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md), bounded as `readBody`. */
export async function readGrpcMessage(
  stream: Readable,
  grpcEncoding: string | undefined,
  limit: number,
  share: ByteShare,
): Promise<Buffer> {
  const framed = await readBody(stream, undefined, limit + PREFIX_BYTES, share);
  const isWhole = framed.length >= PREFIX_BYTES && framed.readUInt32BE(1) === framed.length - PREFIX_BYTES;
  if (!isWhole) throw new BodyError('corrupt', 'the call holds something else than one whole gRPC message');
  const message = framed.subarray(PREFIX_BYTES);
  const inflater = framed[0] === 0 ? undefined : inflaterOf(grpcEncoding);
  return inflater ? await inflated(message, inflater, limit, share) : message;
}

interface Inflater {
  name: string;
  create: (body: Buffer) => Transform;
}

/** Undefined for what is not compressed. */
function inflaterOf(encoding: string | undefined): Inflater | undefined {
  const name = encoding?.trim().toLowerCase() || 'identity';
  if (name === 'identity') return undefined;
  const create = Object.hasOwn(inflaters, name) ? inflaters[name] : undefined;
  if (create) return { name, create };
  throw new BodyError('unknown_encoding', `the encoding ${name} is not supported: use gzip, deflate, zstd or none`);
}

async function inflated(body: Buffer, { name, create }: Inflater, limit: number, share: ByteShare): Promise<Buffer> {
  if (body.length === 0) return body;
  const inflating = create(body);
  inflating.end(body);
  try {
    return await collect(inflating, limit, share);
  } catch (error) {
    if (error instanceof BodyError) throw error;
    throw new BodyError('corrupt', `the body is not ${name}, as its encoding says: ${(error as Error).message}`);
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
