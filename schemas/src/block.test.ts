import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BLOCK_HEADER_BYTES,
  BlockEncoder,
  BlockError,
  checkBlock,
  decodeBlock,
  encodeBlock,
  encodeTick,
  newRecord,
} from './index.ts';

const span = (given: Record<string, unknown> = {}) =>
  newRecord('Span', {
    tenant: 'default',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    name: 'chat',
    kind: 'llm',
    startTime: 1_795_320_000_000_000,
    durationNs: 1,
    receivedTime: 1_795_320_000_000_001,
    status: 'ok',
    ...given,
  });

const faultOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof BlockError) return error.reason;
    throw error;
  }
  return 'none';
};

/** avsc takes longs below 2^53 - 1 only. */
const anyCount = fc.maxSafeNat().map((n) => Math.min(n, Number.MAX_SAFE_INTEGER - 1));

describe('block', () => {
  it('gives back any records, whatever their text, and checks without decoding', () => {
    const texts = fc.array(fc.record({ name: fc.string({ unit: 'grapheme' }), inputTokens: fc.option(anyCount) }));
    fc.assert(
      fc.property(texts, (rows) => {
        const records = rows.map(span);
        const block = encodeBlock('Span', records);
        expect(checkBlock(block).count).toBe(records.length);
        expect(decodeBlock('Span', block).map((r) => ({ ...r }))).toEqual(records);
      }),
    );
  });

  it('of no records is a tick', () => {
    const tick = encodeTick('Span');
    expect(tick).toHaveLength(BLOCK_HEADER_BYTES);
    expect(checkBlock(tick).count).toBe(0);
    expect(decodeBlock('Span', tick)).toEqual([]);
  });

  it('grows for a record larger than its buffer', () => {
    const large = span({ attributes: 'x'.repeat(300_000) });
    expect(decodeBlock('Span', encodeBlock('Span', [span(), large, span()]))[1]?.attributes).toHaveLength(300_000);
  });

  it('leaves an encoder as it was when a record does not fit the schema', () => {
    const encoder = new BlockEncoder('Span');
    encoder.add(span());
    expect(() => encoder.add({ ...span(), kind: 'nonsense' as 'llm' })).toThrow();
    encoder.add(span());
    expect(decodeBlock('Span', encoder.finish())).toHaveLength(2);
  });

  it('with any single bit flipped is refused or read unchanged, never read differently', () => {
    const block = encodeBlock('Span', [span(), span({ name: 'b' })]);
    fc.assert(
      fc.property(fc.nat(block.length * 8 - 1), (bit) => {
        const flipped = Buffer.from(block);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(faultOf(() => checkBlock(flipped))).not.toBe('none');
        expect(faultOf(() => decodeBlock('Span', flipped))).not.toBe('none');
      }),
      { numRuns: 500 },
    );
  });

  const good = encodeBlock('Span', [span(), span()]);
  const edited = (edit: (block: Buffer) => void): Buffer => {
    const copy = Buffer.from(good);
    edit(copy);
    return copy;
  };
  it.each([
    ['shorter than its header', good.subarray(0, 10), 'undecodable'],
    ['cut off', good.subarray(0, good.length - 3), 'undecodable'],
    ['of an unknown schema', edited((b) => b.fill(7, 0, 8)), 'unknown_schema'],
    ['whose count is too small', edited((b) => b.writeUInt32BE(1, 8)), 'undecodable'],
    ['whose count is too large', edited((b) => b.writeUInt32BE(3, 8)), 'undecodable'],
    ['with a flipped bit', edited((b) => b.writeUInt8(b.readUInt8(40) ^ 4, 40)), 'bad_checksum'],
    ['of another record', encodeBlock('SpanRevision', []), 'undecodable'],
  ])('%s is refused with the reason %s', (_, block, reason) => {
    expect(faultOf(() => decodeBlock('Span', block))).toBe(reason);
  });
});
