import { crc32 } from 'node:zlib';
import type avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryOf } from '../test/arbitrary-of.ts';
import { hostileBlock } from '../test/hostile-records.ts';
import { readAvroFiles } from './avro-files.ts';
import {
  BLOCK_HEADER_BYTES,
  BlockError,
  checkBlock,
  decodeBlock,
  decodeBlockLazily,
  encodeAlone,
  encodeBlock,
} from './block.ts';
import { currentSchema, type RecordName } from './record-types.ts';
import { walkOf } from './walk.ts';

const names = [...readAvroFiles().values()].map(({ name }) => name as RecordName);
const RUNS = 60;

/** Random records of a random type, as a block. */
const anyBlock = fc
  .constantFrom(...names)
  .chain((name) =>
    fc
      .array(arbitraryOf(currentSchema(name).schema as avro.Schema), { minLength: 1, maxLength: 3 })
      .map((records) => ({ name, records, block: encodeBlock(name, records as never[]) })),
  );

/** With another content and count, and a header that agrees: only walking can tell. */
function forged(block: Buffer, body: Buffer, count: number): Buffer {
  const header = Buffer.from(block.subarray(0, BLOCK_HEADER_BYTES));
  header.writeUInt32BE(count, 8);
  header.writeUInt32BE(body.length, 12);
  header.writeUInt32BE(crc32(body), 16);
  return Buffer.concat([header, body]);
}

const bodyOf = (block: Buffer) => block.subarray(BLOCK_HEADER_BYTES);

/** What becomes of a block: the number of records, or the fault; any other error is thrown on. */
function outcome(read: () => number): number | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof BlockError) return error.message;
    throw error;
  }
}

/** Lengths and counts from the least that is wrong to more than any memory. */
const hostileNumber = fc.constantFrom(
  [0x01],
  [0x02],
  [0x7e],
  [0x7f],
  [0xff, 0xff, 0xff, 0x1f],
  // 2^31, the least and the most that an int holds, in as many bytes as it wants and in more
  [0x80, 0x80, 0x80, 0x80, 0x10],
  [0xfe, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x8f, 0x80, 0x00],
  // 2^40
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x40],
  [0x80, 0x80, 0x80, 0x80, 0x02],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x07],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  Array<number>(11).fill(0xff),
  // an array's elements with their size, which leads back to their begin
  [0x01, 0x05],
  [0x01, 0x04, 0x01],
);

describe('a block of any type', () => {
  it('gives back what went in, and its walk ends where its records do', () => {
    fc.assert(
      fc.property(anyBlock, ({ name, records, block }) => {
        expect(checkBlock(block).count).toBe(records.length);
        const { avroType } = currentSchema(name);
        const same = decodeBlock(name, block).every((record, i) => avroType.compare(record, records[i]) === 0);
        expect(same).toBe(true);
      }),
      { numRuns: 4 * RUNS },
    );
  });

  it('is refused when it is cut off anywhere, though header and checksum agree', () => {
    fc.assert(
      fc.property(anyBlock, fc.nat(), ({ name, records, block }, at) => {
        const body = bodyOf(block).subarray(0, at % bodyOf(block).length);
        const cut = forged(block, body, records.length);
        expect(outcome(() => checkBlock(cut).count)).toBeTypeOf('string');
        expect(outcome(() => decodeBlock(name, cut).length)).toBeTypeOf('string');
      }),
      { numRuns: 4 * RUNS },
    );
  });

  it('is refused or read with as many records as it states, in no time, whatever a client writes into it', () => {
    const edit = fc.record({ at: fc.nat(), drop: fc.nat(3), bytes: fc.oneof(hostileNumber, fc.array(fc.nat(255))) });
    let worst = 0;
    fc.assert(
      fc.property(anyBlock, fc.array(edit, { minLength: 1, maxLength: 3 }), ({ name, records, block }, edits) => {
        let body = bodyOf(block);
        for (const { at, drop, bytes } of edits) {
          const place = at % (body.length + 1);
          body = Buffer.concat([body.subarray(0, place), Buffer.from(bytes), body.subarray(place + drop)]);
        }
        const hostile = forged(block, body, records.length);
        const begin = process.cpuUsage();
        const checked = outcome(() => checkBlock(hostile).count);
        const decoded = outcome(() => decodeBlock(name, hostile).length);
        const { user, system } = process.cpuUsage(begin);
        worst = Math.max(worst, (user + system) / 1000);
        if (typeof checked === 'number') expect(checked).toBe(records.length);
        // avsc refuses a few that are well-formed: numbers beyond 2^53
        if (typeof decoded === 'number') expect(decoded).toBe(checked);
      }),
      { numRuns: 20 * RUNS },
    );
    expect(worst, 'ms of CPU for a block of some hundred bytes').toBeLessThan(5_000);
  });

  it('encodes again once it is decoded, whatever a client writes into it', () => {
    const anyHostile = fc
      .constantFrom(...names)
      .chain((name) => hostileBlock(name).map((block) => ({ name, block, count: block.readUInt32BE(8) })));
    const outcomes = { read: 0, refused: 0 };
    fc.assert(
      fc.property(anyHostile, ({ name, block, count }) => {
        for (const read of [decodeBlock, decodeBlockLazily]) {
          const result = outcome(() => {
            const decoded = read(name, block);
            expect(decodeBlock(name, encodeBlock(name, decoded))).toHaveLength(count);
            for (const record of decoded) expect(decodeBlock(name, encodeAlone(name, record))).toHaveLength(1);
            return decoded.length;
          });
          outcomes[typeof result === 'number' ? 'read' : 'refused']++;
        }
      }),
      { numRuns: 40 * RUNS },
    );
    expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(5 * RUNS);
  });

  it.each([2 ** 32 - 1, 2 ** 31, 1_000_000])('that states %i records asks for no memory for them', (count) => {
    fc.assert(
      fc.property(anyBlock, ({ name, block }) => {
        const hostile = forged(block, bodyOf(block), count);
        expect(outcome(() => checkBlock(hostile).count)).toBeTypeOf('string');
        expect(outcome(() => decodeBlock(name, hostile).length)).toBeTypeOf('string');
      }),
      { numRuns: RUNS },
    );
  });

  it('is never read beyond its end', () => {
    fc.assert(
      fc.property(anyBlock, fc.nat(), fc.uint8Array({ maxLength: 64 }), ({ records, block }, at, behind) => {
        const cut = forged(block, bodyOf(block).subarray(0, at % block.length), records.length);
        const within = Buffer.concat([cut, behind]).subarray(0, cut.length);
        expect(outcome(() => checkBlock(within).count)).toBe(outcome(() => checkBlock(cut).count));
      }),
      { numRuns: 4 * RUNS },
    );
  });
});

describe('a walk', () => {
  const bytes = (...values: number[]) => Buffer.from(values);
  it.each([
    ['an array of a thousand million elements', { type: 'array', items: 'long' }, bytes(0x80, 0xa8, 0xd6, 0xb9, 7, 2)],
    ['an array of elements of no bytes', { type: 'array', items: 'null' }, bytes(0x7e, 0)],
    ['elements that end before the size they state', { type: 'array', items: 'long' }, bytes(1, 4, 2, 0)],
    ['elements whose size leads back', { type: 'array', items: 'string' }, bytes(1, 3, 0, 0)],
    ['a text of negative length', 'string', bytes(1)],
    ['a text longer than what is there', 'string', bytes(8, 97)],
    ['an int of 2^31', 'int', bytes(0x80, 0x80, 0x80, 0x80, 0x10)],
    ['an int below -2^31', 'int', bytes(0x81, 0x80, 0x80, 0x80, 0x10)],
    ['an int of 2^40', { type: 'array', items: 'int' }, bytes(2, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 0)],
    ['an integer that does not end', 'long', Buffer.alloc(12, 0xff)],
    ['a symbol that the enum does not have', { type: 'enum', name: 'E', symbols: ['a'] }, bytes(2)],
    ['a branch that the union does not have', ['null', 'long'], bytes(4, 0)],
    ['a boolean that is neither', 'boolean', bytes(2)],
    ['a double cut off', 'double', Buffer.alloc(7)],
  ])('refuses %s', (_, schema, content) => {
    expect(() => walkOf(schema as avro.Schema)(content, 0)).toThrow(RangeError);
  });

  it.each([
    [2 ** 31 - 1, bytes(0xfe, 0xff, 0xff, 0xff, 0x0f)],
    [-(2 ** 31), bytes(0xff, 0xff, 0xff, 0xff, 0x0f)],
    ['-1 in nine bytes', bytes(0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0)],
  ])('passes over an int of %s', (_, content) => {
    expect(walkOf('int')(content, 0)).toBe(content.length);
  });

  it('passes over elements that state their size, maps, fixed and named types', () => {
    const fixed = { type: 'fixed', name: 'F', size: 2 };
    const schema = { type: 'record', name: 'R', fields: [{ type: fixed }, { type: { type: 'map', values: 'F' } }] };
    expect(walkOf(schema as unknown as avro.Schema)(bytes(9, 9, 1, 8, 2, 97, 9, 9, 0), 0)).toBe(9);
  });
});
