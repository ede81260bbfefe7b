import kafkajs from 'kafkajs';
import { compress as snappyBlock } from 'snappy';
import { describe, expect, it } from 'vitest';
import { MAX_BATCH_BYTES, registerCodecs } from './compression.ts';

registerCodecs();

const { GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;
const codecOf = (type: number) => {
  const make = (kafkajs.CompressionCodecs as Record<number, () => Codec>)[type];
  if (!make) throw new Error(`no codec ${type}`);
  return make();
};
interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(data: Buffer): Promise<Buffer>;
}

describe.each([
  ['gzip', GZIP],
  ['snappy', Snappy],
  ['lz4', LZ4],
  ['zstd', ZSTD],
])('%s', (_, type) => {
  const codec = codecOf(type);

  it.each([0, 1, 100_000])('gives back %i bytes', async (length) => {
    const data = Buffer.alloc(length, '{"resourceSpans":[]}');
    expect(await codec.decompress(await codec.compress({ buffer: data }))).toEqual(data);
  });

  it('makes what repeats itself small', async () => {
    expect((await codec.compress({ buffer: Buffer.alloc(100_000, 'span') })).length).toBeLessThan(10_000);
  });

  it('refuses what is none of it', async () => {
    await expect(codec.decompress(Buffer.from('none of these'))).rejects.toThrow();
  });
});

describe('a batch that would grow without bounds', () => {
  const bomb = Buffer.alloc(MAX_BATCH_BYTES + 1);

  it.each([
    ['gzip', GZIP],
    ['snappy', Snappy],
    ['zstd', ZSTD],
  ])('is refused in %s', async (_, type) => {
    const compressed = await codecOf(type).compress({ buffer: bomb });
    await expect(codecOf(type).decompress(compressed)).rejects.toThrow(RangeError);
  });

  it('is refused by the length that a snappy block pretends to have', async () => {
    const lie = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]);
    await expect(codecOf(Snappy).decompress(lie)).rejects.toThrow('4294967295 bytes');
  });
});

it('snappy is read as one plain block too, as other clients than Java write it', async () => {
  const data = Buffer.alloc(100_000, 'span');
  expect(await codecOf(Snappy).decompress(await snappyBlock(data))).toEqual(data);
});
