import { crc32 } from 'node:zlib';
import type avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryOf } from '../test/arbitrary-of.ts';
import {
  BLOCK_HEADER_BYTES,
  BlockEncoder,
  BlockError,
  decodeBlock,
  decodeBlockLazily,
  encodeBlock,
  forgetRead,
} from './block.ts';
import type { Span } from './generated/records.ts';
import { newRecord } from './new-record.ts';
import { currentSchema } from './record-types.ts';

const { schema } = currentSchema('Span');
const anySpans = fc.array(arbitraryOf(schema as avro.Schema) as fc.Arbitrary<Span>, { maxLength: 5 });
const names = schema.fields.map(({ name }) => name as keyof Span);

const values = (span: Span): unknown[] => names.map((name) => span[name]);

const minimal = (fields: Partial<Span> = {}): Span =>
  newRecord('Span', {
    tenant: 'default',
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    name: 'step',
    kind: 'step',
    startTime: 1,
    durationNs: 1,
    receivedTime: 1,
    status: 'unset',
    ...fields,
  });

describe('a span that is read lazily', () => {
  it('has the fields that it has when it is read at once, in whatever order they are asked for', () => {
    fc.assert(
      fc.property(anySpans, fc.boolean(), (spans, fromTheLast) => {
        const block = encodeBlock('Span', spans);
        const lazy = decodeBlockLazily('Span', block);
        if (fromTheLast) lazy.reverse();
        const read = lazy.map(values);
        for (const span of lazy) forgetRead(span);
        expect(lazy.map(values)).toEqual(read);
        expect(fromTheLast ? read.reverse() : read).toEqual(decodeBlock('Span', block).map(values));
      }),
    );
  });

  it('encodes to the bytes that it came from', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const block = encodeBlock('Span', spans);
        expect(encodeBlock('Span', decodeBlockLazily('Span', block)).equals(block)).toBe(true);
      }),
    );
  });

  it('shares names with other spans', () => {
    const agents = ['refunds', 'réservations', 'x'.repeat(500), 'refunds'];
    const block = encodeBlock(
      'Span',
      agents.map((agent) => minimal({ agent })),
    );
    expect(decodeBlockLazily('Span', block).map(({ agent }) => agent)).toEqual(agents);
  });

  it('is refused like any other where an integer is larger than a number can hold', () => {
    const encoder = new BlockEncoder('Span');
    encoder.add(minimal({ startTime: Number.MAX_SAFE_INTEGER - 1 }));
    const block = encoder.finish();
    const faultOf = (read: () => unknown) => {
      try {
        return void read();
      } catch (error) {
        return error instanceof BlockError ? error.reason : error;
      }
    };
    expect(faultOf(() => decodeBlockLazily('Span', block))).toBeUndefined();
    // eight bytes of seven bits: the last holds the highest
    const at = block.indexOf(Buffer.from([0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f]), BLOCK_HEADER_BYTES);
    block[at + 7] = 0x3f;
    const forged = encodeBlock('Span', []);
    expect(at).toBeGreaterThan(0);
    const whole = withBody(forged, block.subarray(BLOCK_HEADER_BYTES), 1);
    expect(faultOf(() => decodeBlock('Span', whole))).toBe('undecodable');
    expect(faultOf(() => decodeBlockLazily('Span', whole))).toBe('undecodable');
  });
});

function withBody(header: Buffer, body: Buffer, count: number): Buffer {
  const block = Buffer.concat([header.subarray(0, BLOCK_HEADER_BYTES), body]);
  block.writeUInt32BE(count, 8);
  block.writeUInt32BE(body.length, 12);
  block.writeUInt32BE(crc32(body), 16);
  return block;
}
