import { crc32 } from 'node:zlib';
import type avro from 'avsc';
import fc from 'fast-check';
import { BLOCK_HEADER_BYTES, currentSchema, type RecordName } from '../src/index.ts';

interface ComplexSchema {
  type: avro.Schema;
  name: string;
  fields: { type: avro.Schema }[];
  symbols: string[];
  items: avro.Schema;
}

/**
 * Bytes of a record that follow its schema as a client of its own may write them: numbers at the ends of their range and
 * beyond, in more bytes than they need, doubles of any bits, text that is no UTF-8, arrays in several pieces.
 */
export function hostileRecord(schema: avro.Schema): fc.Arbitrary<Buffer> {
  return hostileIn(schema, new Map());
}

/** @param named what was defined before, by its bare name */
function hostileIn(schema: avro.Schema, named: Map<string, fc.Arbitrary<Buffer>>): fc.Arbitrary<Buffer> {
  if (Array.isArray(schema)) {
    return fc.oneof(
      ...schema.map((branch, index) =>
        hostileIn(branch, named).map((value) => Buffer.concat([varint(BigInt(index)), value])),
      ),
    );
  }
  if (typeof schema === 'string') return named.get(schema) ?? primitive(schema);
  const { type, name, fields, symbols, items } = schema as unknown as ComplexSchema;
  const naming = (arbitrary: fc.Arbitrary<Buffer>) => {
    named.set(name, arbitrary);
    return arbitrary;
  };
  switch (type) {
    case 'record':
      return naming(
        fc.tuple(...fields.map((field) => hostileIn(field.type, named))).map((values) => Buffer.concat(values)),
      );
    case 'enum':
      return naming(fc.nat(symbols.length - 1).map((index) => varint(BigInt(index))));
    case 'array':
      return fc
        .array(piece(hostileIn(items, named)), { maxLength: 2 })
        .map((pieces) => Buffer.concat([...pieces, END]));
    default:
      return hostileIn(type, named);
  }
}

/** One to three such records as a block whose header agrees with them. */
export function hostileBlock(name: RecordName): fc.Arbitrary<Buffer> {
  const { schema, fingerprint } = currentSchema(name);
  return fc.array(hostileRecord(schema as avro.Schema), { minLength: 1, maxLength: 3 }).map((records) => {
    const body = Buffer.concat(records);
    const header = Buffer.alloc(BLOCK_HEADER_BYTES);
    header.write(fingerprint, 'hex');
    header.writeUInt32BE(records.length, 8);
    header.writeUInt32BE(body.length, 12);
    header.writeUInt32BE(crc32(body), 16);
    return Buffer.concat([header, body]);
  });
}

const END = Buffer.from([0]);

/** Zigzag and base 128, with so many bytes more than it needs; ten at most. */
function varint(value: bigint, more = 0): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  for (let left = Math.min(more, 10 - bytes.length); left > 0; left--) {
    bytes[bytes.length - 1] = (bytes.at(-1) as number) | 0x80;
    bytes.push(0);
  }
  return Buffer.from(bytes);
}

function integer(bits: bigint): fc.Arbitrary<Buffer> {
  const most = 2n ** (bits - 1n);
  const exact = bits === 64n ? 2n ** 53n - 2n : most - 1n;
  const value = fc.oneof(
    { weight: 60, arbitrary: fc.bigInt({ min: 0n, max: 200n }) },
    { weight: 30, arbitrary: fc.bigInt({ min: 0n, max: exact }) },
    { weight: 2, arbitrary: fc.constantFrom(-1n, -exact, exact) },
    // about one record in a few has a number that is none of its type, or that JavaScript does not hold
    { weight: 1, arbitrary: fc.constantFrom(-most, most - 1n, most, -most - 1n, 2n ** 40n, 2n ** 53n) },
  );
  return fc.tuple(value, fc.constantFrom(0, 0, 0, 1, 9)).map(([number, more]) => varint(number, more));
}

const withLength = (bytes: Uint8Array) => Buffer.concat([varint(BigInt(bytes.length)), bytes]);

const text = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }).map((characters) => Buffer.from(characters)),
  },
  { weight: 10, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  { weight: 10, arbitrary: fc.constantFrom(Buffer.alloc(0), Buffer.from("'\\\0\n"), Buffer.from([0xc3])) },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 2_000 }).map((length) => Buffer.alloc(length, 'x')) },
);

/** Elements of an array, with their number alone or with their size, too. */
function piece(item: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc.tuple(fc.array(item, { minLength: 1, maxLength: 3 }), fc.boolean()).map(([items, sized]) => {
    const bytes = Buffer.concat(items);
    const head = sized ? [varint(BigInt(-items.length)), varint(BigInt(bytes.length))] : [varint(BigInt(items.length))];
    return Buffer.concat([...head, bytes]);
  });
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

function primitive(type: string): fc.Arbitrary<Buffer> {
  switch (type) {
    case 'null':
      return fc.constant(Buffer.alloc(0));
    case 'boolean':
      return fc.constantFrom(Buffer.from([0]), Buffer.from([1]));
    case 'int':
      return integer(32n);
    case 'long':
      return integer(64n);
    case 'double':
      return fc.oneof(
        { weight: 10, arbitrary: fc.double({ min: 0, noNaN: true }).map(double) },
        { weight: 1, arbitrary: fc.double().map(double) },
        { weight: 1, arbitrary: fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes)) },
      );
    case 'string':
    case 'bytes':
      return text.map(withLength);
    default:
      throw new TypeError(`no hostile bytes for ${type}: write them`);
  }
}
