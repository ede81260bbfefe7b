import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTracesProtobuf, encodeTracesProtobuf, newAttributes, OtlpDecodeError } from './index.ts';
import { otlpSpan, request, SPAN_ID, TRACE_ID } from './spans.fixture.ts';

/** A protobuf field of wire type 2. */
const len = (number: number, ...parts: (Uint8Array | string)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([varint(number * 8 + 2), varint(body.length), body]);
};
const varint = (value: number): Buffer =>
  Buffer.from(value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
const int = (number: number, value: number): Buffer => Buffer.concat([varint(number * 8), varint(value)]);
const fixed64 = (number: number): Buffer => Buffer.concat([varint(number * 8 + 1), Buffer.alloc(8, 1)]);
/** A request whose only records have these fields, whatever the signal. */
const records = (...each: Buffer[][]): Buffer => len(1, len(2, ...each.map((fields) => len(2, ...fields))));
const ids = [len(1, Buffer.from(TRACE_ID, 'hex')), len(2, Buffer.from(SPAN_ID, 'hex'))];

describe('a protobuf payload', () => {
  it('that is empty is a lawful request of no spans', () => {
    expect(decodeTracesProtobuf(new Uint8Array())).toMatchObject({ resourceSpans: [], spanCount: 0 });
  });

  it('with fields of a later protocol is read without them', () => {
    const payload = records([...ids, int(99, 5), len(100, 'new'), len(5, 'chat')]);
    const { resourceSpans, spanCount } = decodeTracesProtobuf(payload);
    expect(spanCount).toBe(1);
    expect(resourceSpans[0]?.scopeSpans[0]?.spans[0]).toMatchObject({
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      name: 'chat',
    });
  });

  it('of an SDK from before 2022 has its spans under field 1000', () => {
    expect(decodeTracesProtobuf(len(1, len(1000, len(2, ...ids)))).spanCount).toBe(1);
  });

  it.each([
    ['a trace id of 8 bytes', [len(1, Buffer.alloc(8, 1)), ids[1], fixed64(7)], 'invalid_trace_id'],
    ['a trace id of zeros', [len(1, Buffer.alloc(16)), ids[1], fixed64(7)], 'invalid_trace_id'],
    ['no trace id', [ids[1], fixed64(7)], 'invalid_trace_id'],
    ['a span id of zeros', [ids[0], len(2, Buffer.alloc(8)), fixed64(7)], 'invalid_span_id'],
    ['a span id of 16 bytes', [ids[0], len(2, Buffer.alloc(16, 1)), fixed64(7)], 'invalid_span_id'],
    ['a parent span id of 3 bytes', [...ids, len(4, Buffer.alloc(3, 1))], 'invalid_parent_span_id'],
    ['a kind of the wrong type', [...ids, fixed64(6)], 'malformed'],
  ])('rejects a span with %s and takes the others', (_, fields, reason) => {
    const { spanCount, rejected } = decodeTracesProtobuf(records(fields as Buffer[], ids, ids));
    expect(spanCount).toBe(2);
    expect([...rejected.reasons]).toEqual([[reason, 1]]);
    expect(rejected.message).toContain('1 rejected');
  });

  it('with only rejected spans is still lawful when they have the fields of spans', () => {
    const { resourceSpans, rejected } = decodeTracesProtobuf(records([ids[1] as Buffer, fixed64(7)]));
    expect(resourceSpans).toEqual([]);
    expect(rejected.count).toBe(1);
  });

  it('takes a parent of zeros, as some exporters write at the root, for none', () => {
    const { resourceSpans } = decodeTracesProtobuf(records([...ids, len(4, Buffer.alloc(8))]));
    expect(resourceSpans[0]?.scopeSpans[0]?.spans[0]?.parentSpanId).toBe('');
  });

  const datapoint = len(1, fixed64(3));
  it.each([
    ['logs with a time', records([fixed64(1), len(3, 'INFO')]), /logs/],
    ['logs without a time', records([len(5, len(1, 'body')), len(6, len(1, 'key'))]), /logs/],
    ['a sum', records([len(1, 'requests'), len(7, datapoint)]), /metrics/],
    ['a gauge', records([len(1, 'memory'), len(2, 'used memory'), len(3, 'By'), len(5, datapoint)]), /metrics/],
    ['a histogram', records([len(1, 'latency'), len(9, datapoint, int(2, 1))]), /metrics/],
    ['an exponential histogram', records([len(1, 'http.server.time'), len(10, datapoint)]), /metrics/],
    ['profiles', records([fixed64(3)]), /profiles/],
    ['records of nothing known', records([int(5, 1)]), /fields of other types/],
    ['text', Buffer.from('hello, this is no protobuf'), /protobuf/],
    ['JSON', Buffer.from('{"resourceSpans":[]}'), /protobuf/],
    ['a number', int(5, 1), /no resource_spans/],
    ['a length beyond its end', Buffer.from([10, 200, 1, 0]), /cut off/],
    ['a varint without end', Buffer.alloc(20, 255), /varint/],
    ['bytes behind a whole request', Buffer.concat([records(ids), Buffer.from([0, 0])]), /field number 0/],
    ['a span that runs past its scope', len(1, len(2, Buffer.from([18, 60, 1]))), /cut off/],
    ['a time that runs past its span', records([...ids, Buffer.from([57, 1, 2])], ids), /cut off/],
  ])('of %s is refused with a message that says what it looks like', (_, payload, message) => {
    expect(() => decodeTracesProtobuf(payload)).toThrow(OtlpDecodeError);
    expect(() => decodeTracesProtobuf(payload)).toThrow(message);
  });

  it('cut anywhere is refused, never read as something else', () => {
    const whole = encodeTracesProtobuf(
      request(otlpSpan({ attributes: { a: 'b', n: 1.5 } }), otlpSpan({ name: 'two' })),
    );
    for (let end = 1; end < whole.length; end++) {
      expect(() => decodeTracesProtobuf(whole.subarray(0, end))).toThrow(OtlpDecodeError);
    }
  });

  it('of any bytes gives spans or an OtlpDecodeError, nothing else', () => {
    const whole = encodeTracesProtobuf(request(otlpSpan({ attributes: { a: ['b', { c: 1 }] }, name: 'x'.repeat(70) })));
    const flips = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    const flipped = flips.map((changes) => {
      const copy = Uint8Array.from(whole);
      for (const [at, byte] of changes) copy[at] = byte;
      return copy;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), flipped), (bytes) => {
        try {
          decodeTracesProtobuf(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(OtlpDecodeError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('nested without end is refused before the stack is', () => {
    let value = len(1, 'deep');
    for (let i = 0; i < 3000; i++) value = len(5, len(1, value));
    const payload = records([...ids, len(9, len(1, 'k'), len(2, value))]);
    expect(() => decodeTracesProtobuf(payload)).toThrow(/nested deeper than 64/);
  });

  it('of millions of empty messages does not fill the memory', () => {
    const empties = Buffer.alloc(1_000_000);
    for (let i = 0; i < empties.length; i += 2) empties[i] = 10;
    expect(decodeTracesProtobuf(empties).resourceSpans).toEqual([]);
    const emptyEvents = Buffer.alloc(100_000);
    for (let i = 0; i < emptyEvents.length; i += 2) emptyEvents[i] = 11 * 8 + 2;
    const { resourceSpans } = decodeTracesProtobuf(records([...ids, emptyEvents]));
    expect(resourceSpans[0]?.scopeSpans[0]?.spans[0]).toMatchObject({ events: [], droppedCount: 50_000 });
  });

  it('keeps 1,024 events and counts the rest as dropped', () => {
    const event = { time: { micros: 1, nanos: 0 }, name: 'e', attributes: newAttributes() };
    const payload = encodeTracesProtobuf(request(otlpSpan({ events: new Array(1030).fill(event) })));
    const span = decodeTracesProtobuf(payload).resourceSpans[0]?.scopeSpans[0]?.spans[0];
    expect(span?.events).toHaveLength(1024);
    expect(span?.droppedCount).toBe(6);
  });

  it('read at an offset of a larger buffer is the same', () => {
    const payload = encodeTracesProtobuf(request(otlpSpan({ attributes: { d: 0.5 } })));
    const larger = Buffer.concat([Buffer.from('xyz'), payload, Buffer.from('xyz')]);
    const inside = larger.subarray(3, 3 + payload.length);
    expect(decodeTracesProtobuf(inside).resourceSpans).toEqual(decodeTracesProtobuf(payload).resourceSpans);
  });

  it('keeps a time beyond the year 2255 at the last microsecond that is a safe integer', () => {
    const end = Buffer.concat([Buffer.from([65]), Buffer.alloc(8, 255)]);
    const { resourceSpans } = decodeTracesProtobuf(records([...ids, end]));
    expect(resourceSpans[0]?.scopeSpans[0]?.spans[0]?.endTime).toEqual({ micros: Number.MAX_SAFE_INTEGER, nanos: 0 });
  });

  it('tells keys apart that differ late or in their bytes only', () => {
    const attributes = { 'gen_ai.a': 1, 'gen_ai.b': 2, é: 3, 'Ã©': 4, '': 5, ['k'.repeat(100)]: 6 };
    const payload = encodeTracesProtobuf(request(otlpSpan({ attributes })));
    for (let i = 0; i < 2; i++) {
      expect(decodeTracesProtobuf(payload).resourceSpans[0]?.scopeSpans[0]?.spans[0]?.attributes).toEqual(attributes);
    }
  });
});
