import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { murmur2, partitionForKey } from './partition.ts';

describe('murmur2', () => {
  // Source: org.apache.kafka.common.utils.UtilsTest#testMurmur2
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ])('hashes %s as the Java client does', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });

  it('hashes three loose bytes as the Java client does', () => {
    expect(murmur2(Buffer.from('abc'))).toBe(479470107);
  });
});

describe('partitionForKey', () => {
  it('chooses what the default partitioner of kafkajs chooses, for any key and any number of partitions', () => {
    const partitioner = Partitioners.DefaultPartitioner();
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.integer({ min: 1, max: 64 }), (key, n) => {
        const partitionMetadata = Array.from({ length: n }, (_, partitionId) => ({
          partitionId,
          partitionErrorCode: 0,
          leader: 0,
          replicas: [],
          isr: [],
        }));
        const message = { key: Buffer.from(key), value: null };
        expect(partitionForKey(key, n)).toBe(partitioner({ topic: 't', partitionMetadata, message }));
      }),
    );
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %s partitions', (n) => {
    expect(() => partitionForKey('k', n)).toThrow(RangeError);
  });
});
