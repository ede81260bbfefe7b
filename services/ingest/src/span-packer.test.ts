import { decodeBlock, newRecord, type Span } from '@spanwise/schemas';
import { partitionForKey } from '@spanwise/stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_SPAN_BYTES, type PackedSpans, SpanPacker } from './span-packer.ts';

const span = (given: Partial<Span> = {}): Span =>
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
const unpack = (packed: PackedSpans): Map<number, Span[]> =>
  new Map([...packed].map(([partition, blocks]) => [partition, blocks.flatMap((block) => decodeBlock('Span', block))]));

describe('SpanPacker', () => {
  it('puts every span once, in order, into the partition of its tenant and trace', () => {
    const spans = fc.array(
      fc.record({ tenant: fc.constantFrom('a', 'b'), trace: fc.nat(20), name: fc.string({ unit: 'grapheme' }) }),
    );
    fc.assert(
      fc.property(spans, fc.integer({ min: 1, max: 6 }), (drawn, partitions) => {
        const packer = new SpanPacker(partitions);
        const expected = new Map<number, string[]>();
        for (const { tenant, trace, name } of drawn) {
          const traceId = trace.toString(16).padStart(32, '0');
          expect(packer.add(span({ tenant, traceId, name }))).toBe(true);
          const partition = partitionForKey(`${tenant}/${traceId}`, partitions);
          expected.set(partition, [...(expected.get(partition) ?? []), name]);
        }
        expect(packer.spanCount).toBe(drawn.length);
        const names = [...unpack(packer.take())].map(([partition, each]) => [partition, each.map(({ name }) => name)]);
        expect(new Map(names as [number, string[]][])).toEqual(expected);
        expect(packer.spanCount).toBe(0);
        expect(packer.take().size).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('closes a block in time, so that no message exceeds 1 MiB', () => {
    const packer = new SpanPacker(1);
    const large = 'x'.repeat(MAX_SPAN_BYTES - 1000);
    for (let i = 0; i < 9; i++)
      expect(packer.add(span({ attributes: i % 2 ? large : 'x'.repeat(200_000) }))).toBe(true);
    const blocks = packer.take().get(0) ?? [];
    expect(blocks.length).toBeGreaterThan(2);
    for (const block of blocks) expect(block.length).toBeLessThan(1_000_000);
    expect(blocks.flatMap((block) => decodeBlock('Span', block))).toHaveLength(9);
  });

  it('refuses a span that is too large and keeps those before and after it', () => {
    const packer = new SpanPacker(1);
    packer.add(span({ name: 'before' }));
    expect(packer.add(span({ name: 'huge', attributes: 'é'.repeat(MAX_SPAN_BYTES / 2) }))).toBe(false);
    packer.add(span({ name: 'after' }));
    expect(packer.spanCount).toBe(2);
    expect(
      unpack(packer.take())
        .get(0)
        ?.map(({ name }) => name),
    ).toEqual(['before', 'after']);
  });

  it('of which one span does not fit the schema keeps the others', () => {
    const packer = new SpanPacker(1);
    packer.add(span());
    expect(() => packer.add(span({ kind: 'nonsense' as 'llm' }))).toThrow();
    expect(packer.spanCount).toBe(1);
    expect(unpack(packer.take()).get(0)).toHaveLength(1);
  });
});
