import type { Attributes, AttributeValue, OtlpResourceSpans, OtlpSpan, OtlpTime } from './model.ts';

/**
 * An ExportTraceServiceRequest in the OTLP/JSON mapping as one line of text; `decodeTracesJson` gives the same back.
 * Dropped counts are written as dropped attributes. Throws RangeError for a bigint beyond int64.
 */
export function encodeTracesJson(resourceSpans: OtlpResourceSpans[]): string {
  return JSON.stringify({
    resourceSpans: resourceSpans.map(({ resource, scopeSpans }) => ({
      resource: {
        attributes: attributesOf(resource.attributes),
        droppedAttributesCount: resource.droppedAttributesCount || undefined,
      },
      scopeSpans: scopeSpans.map(({ scope, spans }) => ({
        scope: { name: scope.name, version: scope.version, attributes: attributesOf(scope.attributes) },
        spans: spans.map(spanOf),
      })),
    })),
  });
}

// a property that is undefined is not written
function spanOf(span: OtlpSpan): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId || undefined,
    traceState: span.traceState || undefined,
    flags: span.flags || undefined,
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: timeOf(span.startTime),
    endTimeUnixNano: timeOf(span.endTime),
    attributes: attributesOf(span.attributes),
    droppedAttributesCount: span.droppedCount || undefined,
    events: unlessEmpty(
      span.events.map(({ time, name, attributes }) => ({
        timeUnixNano: timeOf(time),
        name,
        attributes: attributesOf(attributes),
      })),
    ),
    links: unlessEmpty(
      span.links.map(({ traceId, spanId, traceState, attributes }) => ({
        traceId,
        spanId,
        traceState: traceState || undefined,
        attributes: attributesOf(attributes),
      })),
    ),
    status: { code: span.status.code || undefined, message: span.status.message || undefined },
  };
}

function timeOf({ micros, nanos }: OtlpTime): string {
  return micros === 0 ? String(nanos) : micros + String(nanos).padStart(3, '0');
}

function unlessEmpty<T>(list: T[]): T[] | undefined {
  return list.length === 0 ? undefined : list;
}

function attributesOf(attributes: Attributes): object[] | undefined {
  return unlessEmpty(Object.entries(attributes).map(([key, value]) => ({ key, value: anyValueOf(value) })));
}

function anyValueOf(value: AttributeValue): object {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'bigint':
      if (BigInt.asIntN(64, value) !== value) throw new RangeError(`${value} is no int64`);
      return { intValue: String(value) };
    case 'number':
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) return { intValue: String(value) };
      // JSON has no NaN, no infinities and, as JavaScript writes it, no negative zero
      return {
        doubleValue: Number.isFinite(value) && value !== 0 ? value : Object.is(value, -0) ? '-0' : String(value),
      };
  }
  if (value === null) return {};
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValueOf) } };
  return { kvlistValue: { values: attributesOf(value) ?? [] } };
}
