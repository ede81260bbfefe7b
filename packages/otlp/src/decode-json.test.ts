import { describe, expect, it } from 'vitest';
import { decodeTracesJson, OtlpDecodeError, type OtlpSpan } from './index.ts';
import { SPAN_ID, TRACE_ID } from './spans.fixture.ts';

const wrap = (...spans: unknown[]) => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const lawful = { traceId: TRACE_ID, spanId: SPAN_ID };
const only = (payload: string): OtlpSpan | undefined =>
  decodeTracesJson(payload).resourceSpans[0]?.scopeSpans[0]?.spans[0];
const attribute = (value: unknown) => only(wrap({ ...lawful, attributes: [{ key: 'k', value }] }))?.attributes.k;

describe('a JSON payload', () => {
  it.each([
    ['hex ids in capitals', { traceId: TRACE_ID.toUpperCase(), spanId: SPAN_ID.toUpperCase() }, lawful],
    [
      'base64 ids',
      {
        traceId: Buffer.from(TRACE_ID, 'hex').toString('base64'),
        spanId: Buffer.from(SPAN_ID, 'hex').toString('base64url'),
      },
      lawful,
    ],
    [
      'snake_case names',
      { trace_id: TRACE_ID, span_id: SPAN_ID, parent_span_id: SPAN_ID },
      { ...lawful, parentSpanId: SPAN_ID },
    ],
    [
      'enums by name',
      { ...lawful, kind: 'SPAN_KIND_CLIENT', status: { code: 'STATUS_CODE_ERROR' } },
      { kind: 3, status: { code: 2, message: '' } },
    ],
    [
      'enums by number',
      { ...lawful, kind: 3, status: { code: 2, message: 'm' } },
      { kind: 3, status: { code: 2, message: 'm' } },
    ],
    [
      'times as strings',
      { ...lawful, startTimeUnixNano: '1544712660000000123' },
      { startTime: { micros: 1544712660000000, nanos: 123 } },
    ],
    [
      'times as numbers',
      { ...lawful, startTimeUnixNano: 1_544_712_660_000_000_000 },
      { startTime: { micros: 1544712660000000, nanos: 0 } },
    ],
    ['a time of 7 ns', { ...lawful, startTimeUnixNano: '7' }, { startTime: { micros: 0, nanos: 7 } }],
    ['a parent of zeros', { ...lawful, parentSpanId: '0000000000000000' }, { parentSpanId: '' }],
    [
      'null for what is absent',
      { ...lawful, parentSpanId: null, attributes: null, events: null, status: null },
      { parentSpanId: '', events: [] },
    ],
    ['fields of a later protocol', { ...lawful, name: 'n', shine: { a: 1 } }, { name: 'n' }],
    [
      'dropped counts',
      { ...lawful, droppedAttributesCount: 2, droppedEventsCount: 3, droppedLinksCount: '4' },
      { droppedCount: 9 },
    ],
    [
      'an unlawful link',
      { ...lawful, links: [{ traceId: 'x', spanId: 'y' }, { ...lawful }] },
      { droppedCount: 1, links: [{ ...lawful, traceState: '', attributes: {} }] },
    ],
  ])('with %s is understood', (_, given, expected) => {
    expect(only(wrap(given))).toMatchObject(expected);
  });

  it.each([
    ['a string', { stringValue: 'x' }, 'x'],
    ['a boolean', { boolValue: false }, false],
    ['an integer as string', { intValue: '42' }, 42],
    ['an integer as number', { intValue: 42 }, 42],
    ['an integer beyond the safe ones', { intValue: '9007199254740993' }, 9007199254740993n],
    ['the smallest int64', { intValue: '-9223372036854775808' }, -(2n ** 63n)],
    ['a double', { doubleValue: 0.5 }, 0.5],
    ['a double as string', { doubleValue: '0.5' }, 0.5],
    ['infinity', { doubleValue: '-Infinity' }, Number.NEGATIVE_INFINITY],
    ['an array', { arrayValue: { values: [{ intValue: 1 }, { stringValue: 'b' }, {}] } }, [1, 'b', null]],
    ['an empty array', { arrayValue: {} }, []],
    ['a map', { kvlistValue: { values: [{ key: 'a', value: { boolValue: true } }] } }, { a: true }],
    ['bytes', { bytesValue: 'AQI=' }, new Uint8Array([1, 2])],
    ['nothing', {}, null],
    ['a kind of value of a later protocol', { shineValue: 1 }, null],
    ['snake_case', { string_value: 'x' }, 'x'],
  ])('has %s as attribute', (_, given, expected) => {
    expect(attribute(given)).toEqual(expected);
  });

  it.each([
    ['no trace id', { spanId: SPAN_ID }, 'invalid_trace_id'],
    ['a trace id of zeros', { ...lawful, traceId: '0'.repeat(32) }, 'invalid_trace_id'],
    ['a trace id that is no hex', { ...lawful, traceId: 'z'.repeat(32) }, 'invalid_trace_id'],
    ['a short span id', { ...lawful, spanId: 'abcd' }, 'invalid_span_id'],
    ['a span id of zeros in base64', { ...lawful, spanId: 'AAAAAAAAAAA=' }, 'invalid_span_id'],
    ['a short parent', { ...lawful, parentSpanId: 'abcd' }, 'invalid_parent_span_id'],
    ['a number for a name', { ...lawful, name: 5 }, 'malformed'],
    ['attributes that are no array', { ...lawful, attributes: { a: 1 } }, 'malformed'],
    [
      'an integer beyond 64 bits',
      { ...lawful, attributes: [{ key: 'k', value: { intValue: '9223372036854775808' } }] },
      'malformed',
    ],
    ['an integer that is none', { ...lawful, attributes: [{ key: 'k', value: { intValue: '1.5' } }] }, 'malformed'],
    ['a time that is none', { ...lawful, endTimeUnixNano: '2024-01-01' }, 'malformed'],
    ['a number where an object should be', { ...lawful, status: 2 }, 'malformed'],
  ])('rejects a span with %s and takes the others', (_, given, reason) => {
    const { spanCount, rejected } = decodeTracesJson(wrap(lawful, given, lawful));
    expect(spanCount).toBe(2);
    expect([...rejected.reasons]).toEqual([[reason, 1]]);
  });

  it('names the first field of the wrong type', () => {
    const { rejected } = decodeTracesJson(wrap(lawful, { ...lawful, name: 5 }, { ...lawful, kind: [] }, null));
    expect(rejected.message).toBe(
      '3 rejected: a field has the wrong type (resourceSpans[0].scopeSpans[0].spans[1].name must be a string)',
    );
  });

  it.each([
    ['is empty', '', /empty/],
    ['is cut off', wrap(lawful).slice(0, -4), /no JSON/],
    ['is no object', '5', /must be an object/],
    ['holds logs', '{"resourceLogs":[]}', /OTLP logs, not traces/],
    ['holds metrics', '{"resource_metrics":[]}', /OTLP metrics, not traces/],
    ['holds profiles', '{"resourceProfiles":[]}', /OTLP profiles, not traces/],
    ['holds something else', '{"spans":[]}', /no resourceSpans/],
    ['has resourceSpans that are no array', '{"resourceSpans":{}}', /resourceSpans must be an array/],
    [
      'has a scope of spans that is no object',
      '{"resourceSpans":[{"scopeSpans":[7]}]}',
      /scopeSpans\[0\] must be an object/,
    ],
    ['is protobuf', Buffer.from([10, 0]).toString(), /no JSON/],
  ])('that %s is refused', (_, payload, message) => {
    expect(() => decodeTracesJson(payload)).toThrow(OtlpDecodeError);
    expect(() => decodeTracesJson(payload)).toThrow(message);
  });

  it('of {} is a lawful request of no spans', () => {
    expect(decodeTracesJson('{}').spanCount).toBe(0);
  });

  it('may be an array of requests and start with a byte order mark', () => {
    expect(decodeTracesJson(`\ufeff[${wrap(lawful)}, ${wrap(lawful, lawful)}]`).spanCount).toBe(3);
    expect(() => decodeTracesJson(`[${wrap(lawful)}, {"resourceLogs":[]}]`)).toThrow(/logs/);
  });

  it('nested without end is refused before the stack is', () => {
    const deep = `${'{"arrayValue":{"values":['.repeat(1000)}{"stringValue":"x"}${']}}'.repeat(1000)}`;
    const { rejected } = decodeTracesJson(
      `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${TRACE_ID}","spanId":"${SPAN_ID}","attributes":[{"key":"k","value":${deep}}]}]}]}]}`,
    );
    expect(rejected.reasons.get('malformed')).toBe(1);
  });

  it('has attributes that inherit nothing', () => {
    const span = only(wrap({ ...lawful, attributes: [{ key: '__proto__', value: { stringValue: 'x' } }] }));
    expect(Object.keys(span?.attributes ?? {})).toEqual(['__proto__']);
    expect(span?.attributes.toString).toBeUndefined();
  });
});
