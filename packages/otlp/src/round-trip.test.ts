import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AttributeValue,
  decodeTracesJson,
  decodeTracesProtobuf,
  encodeTracesJson,
  encodeTracesProtobuf,
  type OtlpResourceSpans,
} from './index.ts';
import { otlpSpan, request } from './spans.fixture.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const hexId = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .filter((id) => id.some((byte) => byte !== 0))
    .map((id) => Buffer.from(id).toString('hex'));
const micros = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 1 });
const time = fc.record({ micros, nanos: fc.integer({ min: 0, max: 999 }) });

const leaf: fc.Arbitrary<AttributeValue> = fc.oneof(
  text,
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constant(null),
  fc.uint8Array({ maxLength: 20 }),
  // smaller ones come back as numbers
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
);
const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}));
const attributes = fc.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'toString', 'gen_ai.tool.name')), value, {
  maxKeys: 6,
});
const span = fc.record({
  traceId: hexId(16),
  spanId: hexId(8),
  parentSpanId: fc.oneof(fc.constant(''), hexId(8)),
  traceState: text,
  flags: fc.nat(0xffffffff),
  name: text,
  kind: fc.nat(5),
  startTime: time,
  endTime: time,
  attributes,
  events: fc.array(fc.record({ time, name: text.filter((name) => name !== ''), attributes }), { maxLength: 3 }),
  links: fc.array(fc.record({ traceId: hexId(16), spanId: hexId(8), traceState: text, attributes }), { maxLength: 3 }),
  status: fc.record({ code: fc.nat(2), message: text }),
  droppedCount: fc.nat(1000),
});
const resourceSpans: fc.Arbitrary<OtlpResourceSpans[]> = fc.array(
  fc.record({
    resource: fc.record({ attributes, droppedAttributesCount: fc.nat(1000) }),
    scopeSpans: fc.array(
      fc.record({
        scope: fc.record({ name: text, version: text, attributes }),
        spans: fc.array(span, { minLength: 1, maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  }),
  { maxLength: 2 },
);

describe.each([
  ['protobuf', (spans: OtlpResourceSpans[]) => decodeTracesProtobuf(encodeTracesProtobuf(spans))],
  ['JSON', (spans: OtlpResourceSpans[]) => decodeTracesJson(encodeTracesJson(spans))],
])('%s', (_, roundTrip) => {
  it('gives back whatever was encoded', () => {
    fc.assert(
      fc.property(resourceSpans, (spans) => {
        const decoded = roundTrip(spans);
        expect(decoded.rejected.count).toBe(0);
        expect(decoded.resourceSpans).toEqual(spans);
      }),
      { numRuns: 200 },
    );
  });

  it('gives back a negative zero, which is no integer', () => {
    const [decoded] = roundTrip(request(otlpSpan({ attributes: { zero: -0 } }))).resourceSpans;
    expect(decoded?.scopeSpans[0]?.spans[0]?.attributes.zero).toBe(-0);
  });

  it('of an int64 beyond 64 bits is refused with a RangeError', () => {
    expect(() => roundTrip(request(otlpSpan({ attributes: { big: 2n ** 63n } })))).toThrow(RangeError);
  });
});
