/**
 * The block: what every Kafka message of ours carries.
 *
 * ```
 * offset 0   8 bytes  fingerprint of the writer's Avro schema
 *        8   uint32   number of records (0: a tick, time passes)
 *        12  uint32   length of the records in bytes
 *        16  uint32   CRC-32 of the records
 *        20  …        the records, Avro binary, back to back
 * ```
 * Integers are big-endian. A record is found only by walking; see `checkBlock`.
 */
import { crc32 } from 'node:zlib';
import type avro from 'avsc';
import { LazySpan } from './generated/lazy-span.ts';
import type { Span } from './generated/records.ts';
import {
  currentSchema,
  type RecordName,
  type RecordTypes,
  schemaByFingerprint,
  type WriterSchema,
} from './record-types.ts';
import { safeWalkOf, type Walk, walkOf } from './walk.ts';

export const BLOCK_HEADER_BYTES = 20;

export type BlockFault = 'undecodable' | 'unknown_schema' | 'bad_checksum';

/** A block that cannot be read. `reason` is one of the dead-letter reasons; reading it again gives the same. */
export class BlockError extends Error {
  readonly reason: BlockFault;
  constructor(reason: BlockFault, message: string) {
    super(message);
    this.name = 'BlockError';
    this.reason = reason;
  }
}

export interface BlockHeader {
  writer: WriterSchema;
  count: number;
  /** Bytes of the records, without the header. */
  byteLength: number;
}

/** Packs records of one type into blocks. Reuses one growing buffer: not for concurrent use, which JavaScript cannot have anyway. */
export class BlockEncoder<N extends RecordName> {
  readonly #writer: WriterSchema;
  #buffer = Buffer.allocUnsafe(64 * 1024);
  #end = BLOCK_HEADER_BYTES;
  #count = 0;

  constructor(recordName: N) {
    this.#writer = currentSchema(recordName);
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes of the block so far, header included. */
  get byteLength(): number {
    return this.#end;
  }

  /** Appends a record. Throws the TypeError of avsc, leaving the block as it was, when it does not fit the schema. */
  add(record: RecordTypes[N]): void {
    let end = this.#writer.avroType.encode(record, this.#buffer, this.#end);
    while (end < 0) {
      // avsc answers with minus the number of bytes that were missing
      const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#buffer.length - end));
      this.#buffer.copy(grown, 0, 0, this.#end);
      this.#buffer = grown;
      end = this.#writer.avroType.encode(record, this.#buffer, this.#end);
    }
    this.#end = end;
    this.#count++;
  }

  /** The finished block as a copy of its own; the encoder is empty again. */
  finish(): Buffer {
    const block = blockOf(this.#writer, this.#count, this.#buffer.subarray(BLOCK_HEADER_BYTES, this.#end));
    this.#end = BLOCK_HEADER_BYTES;
    this.#count = 0;
    return block;
  }
}

function blockOf(writer: WriterSchema, count: number, records: Buffer): Buffer {
  const block = Buffer.allocUnsafe(BLOCK_HEADER_BYTES + records.length);
  records.copy(block, BLOCK_HEADER_BYTES);
  block.write(writer.fingerprint, 'hex');
  block.writeUInt32BE(count, 8);
  block.writeUInt32BE(records.length, 12);
  block.writeUInt32BE(crc32(records), 16);
  return block;
}

/** One block of the given records; of none, a tick. */
export function encodeBlock<N extends RecordName>(recordName: N, records: Iterable<RecordTypes[N]>): Buffer {
  const encoder = new BlockEncoder(recordName);
  for (const record of records) encoder.add(record);
  return encoder.finish();
}

/** An empty block: tells a processor that time passed. */
export function encodeTick(recordName: RecordName): Buffer {
  let tick = ticks.get(recordName);
  if (!tick) {
    tick = encodeBlock(recordName, []);
    ticks.set(recordName, tick);
  }
  return Buffer.from(tick);
}

/** They are all alike. */
const ticks = new Map<RecordName, Buffer>();

/** Reads and verifies header, length and checksum. Throws BlockError. */
export function readBlockHeader(block: Buffer): BlockHeader {
  if (block.length < BLOCK_HEADER_BYTES) {
    throw new BlockError(
      'undecodable',
      `${block.length} bytes are too few for a block header of ${BLOCK_HEADER_BYTES}`,
    );
  }
  const fingerprint = block.toString('hex', 0, 8);
  const writer = schemaByFingerprint(fingerprint);
  if (!writer) throw new BlockError('unknown_schema', `no schema with fingerprint ${fingerprint}`);
  const count = block.readUInt32BE(8);
  const byteLength = block.readUInt32BE(12);
  if (byteLength !== block.length - BLOCK_HEADER_BYTES) {
    throw new BlockError(
      'undecodable',
      `header says ${byteLength} bytes of records, message has ${block.length - BLOCK_HEADER_BYTES}`,
    );
  }
  const expected = block.readUInt32BE(16);
  const seen = crc32(block.subarray(BLOCK_HEADER_BYTES));
  if (seen !== expected)
    throw new BlockError('bad_checksum', `CRC-32 is ${seen.toString(16)}, header says ${expected.toString(16)}`);
  return { writer, count, byteLength };
}

/**
 * Verifies a whole block without decoding it: header, checksum, and that walking its records ends exactly at the stated
 * count and length. Throws BlockError.
 */
export function checkBlock(block: Buffer): BlockHeader {
  const header = readBlockHeader(block);
  walkBlock(block, header.count, walkFor(header.writer));
  return header;
}

/** `each` is told where every record begins. */
function walkBlock(block: Buffer, count: number, walk: Walk, each?: (position: number) => void): void {
  let position = BLOCK_HEADER_BYTES;
  try {
    for (let i = 0; i < count; i++) {
      const begin = position;
      position = walk(block, begin);
      each?.(begin);
    }
  } catch (error) {
    throw new BlockError('undecodable', (error as Error).message);
  }
  if (position !== block.length) {
    throw new BlockError('undecodable', `${count} records end at byte ${position} of ${block.length}`);
  }
}

/** Checks a block, then decodes all its records into the reader's current schema. Throws BlockError; never returns part of a block. */
export function decodeBlock<N extends RecordName>(recordName: N, block: Buffer): RecordTypes[N][] {
  const header = checkBlock(block);
  const reader = currentSchema(recordName);
  if (header.writer.recordName !== recordName) {
    throw new BlockError('undecodable', `a block of ${header.writer.recordName} where ${recordName} was expected`);
  }
  const resolver = header.writer === reader ? undefined : resolverFor(reader, header.writer);
  const records = new Array<RecordTypes[N]>(header.count);
  let position = BLOCK_HEADER_BYTES;
  for (let i = 0; i < header.count; i++) {
    const { value, offset } = decodeAt(reader.avroType, block, position, resolver);
    records[i] = value as RecordTypes[N];
    position = offset;
  }
  return records;
}

const span = currentSchema('Span');
const walkSpan = safeWalkOf(span.schema as avro.Schema);

/**
 * The same, but spans in their current schema stay bytes until more is asked of them than ids and times: they have all fields as
 * getters, and hold the block. For who keeps many and looks at each once.
 */
export function decodeBlockLazily<N extends RecordName>(recordName: N, block: Buffer): RecordTypes[N][] {
  const header = readBlockHeader(block);
  if (recordName !== 'Span' || header.writer !== span) return decodeBlock(recordName, block);
  const spans: LazySpan[] = [];
  walkBlock(block, header.count, walkSpan, (position) => spans.push(new LazySpan(block, position)));
  return spans as Span[] as RecordTypes[N][];
}

/** To be told of a record that was looked at and is kept all the same: one that was decoded lazily goes back to bytes. */
export function forgetRead(record: unknown): void {
  if (record instanceof LazySpan) record.forget();
}

/**
 * A block of one record that was decoded: of one that was decoded lazily, the very bytes that it had.
 *
 * Throws nothing for what `decodeBlock` and `decodeBlockLazily` give.
 */
export function encodeAlone<N extends RecordName>(recordName: N, record: RecordTypes[N]): Buffer {
  if (!(record instanceof LazySpan)) return encodeBlock(recordName, [record]);
  const { block, position } = record.place;
  return blockOf(span, 1, block.subarray(position, walkSpan(block, position)));
}

// avsc's own bindings: `decode` takes a resolver as third argument
interface Decoder {
  decode(buffer: Buffer, position: number, resolver?: unknown): { value: unknown; offset: number };
  createResolver(writer: avro.Type): unknown;
}

function decodeAt(
  type: avro.Type,
  block: Buffer,
  position: number,
  resolver: unknown,
): { value: unknown; offset: number } {
  let decoded: { value: unknown; offset: number };
  try {
    decoded = (type as unknown as Decoder).decode(block, position, resolver);
  } catch (error) {
    throw new BlockError('undecodable', `at byte ${position}: ${(error as Error).message}`);
  }
  return decoded;
}

const walks = new Map<WriterSchema, Walk>();

function walkFor(writer: WriterSchema): Walk {
  let walk = walks.get(writer);
  if (!walk) {
    walk = walkOf(writer.schema as avro.Schema);
    walks.set(writer, walk);
  }
  return walk;
}

const resolvers = new Map<string, unknown>();

function resolverFor(reader: WriterSchema, writer: WriterSchema): unknown {
  const pair = `${reader.fingerprint} ${writer.fingerprint}`;
  let resolver = resolvers.get(pair);
  if (!resolver) {
    resolver = (reader.avroType as unknown as Decoder).createResolver(writer.avroType);
    resolvers.set(pair, resolver);
  }
  return resolver;
}
