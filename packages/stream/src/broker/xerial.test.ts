import { expect, it } from 'vitest';
import { snappyBlocks, snappyLength, xerialStream } from './xerial.ts';

const identity = async (block: Buffer) => block;

it('a stream gives back its blocks', async () => {
  const data = Buffer.alloc(70_000, 'spans');
  const blocks = snappyBlocks(await xerialStream(data, identity));
  expect(blocks.map(({ length }) => length)).toEqual([32_768, 32_768, 4_464]);
  expect(Buffer.concat(blocks)).toEqual(data);
});

it('the stream of nothing has no blocks', async () => {
  expect(snappyBlocks(await xerialStream(Buffer.alloc(0), identity))).toEqual([]);
});

it('what has no header is one block', () => {
  const block = Buffer.from('plain');
  expect(snappyBlocks(block)).toEqual([block]);
});

it.each([1, 3, 20])('a stream that lacks its last %i bytes is refused', async (missing) => {
  const stream = await xerialStream(Buffer.alloc(18), identity);
  expect(() => snappyBlocks(stream.subarray(0, -missing))).toThrow('ends inside of a block');
});

it.each([
  ['one byte', [0x40], 64],
  ['two bytes', [0xfe, 0x0f], 2_046],
  ['five bytes', [0xff, 0xff, 0xff, 0xff, 0x0f], 2 ** 32 - 1],
])('a length of %s is read', (_, bytes, length) => {
  expect(snappyLength(Buffer.from(bytes))).toBe(length);
});

it.each([
  ['nothing', []],
  ['an unfinished number', [0x80]],
  ['a number too long', [0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
])('%s has no length', (_, bytes) => {
  expect(() => snappyLength(Buffer.from(bytes))).toThrow('does not begin with its length');
});
