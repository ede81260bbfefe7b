import { newAttributes } from './attributes.ts';
import { OtlpDecodeError } from './decode-error.ts';
import { MAX_EVENTS_PER_SPAN, MAX_LINKS_PER_SPAN, MAX_VALUE_DEPTH } from './limits.ts';
import type {
  Attributes,
  AttributeValue,
  OtlpEvent,
  OtlpLink,
  OtlpResourceSpans,
  OtlpScopeSpans,
  OtlpSpan,
  OtlpTime,
} from './model.ts';
import { type DecodedTraces, RejectedSpans } from './rejected.ts';
import { type Signal, signalOfField } from './signal.ts';
import { FIXED32, FIXED64, LEN, VARINT, WireReader } from './wire-reader.ts';

/** Field numbers of opentelemetry-proto 1.x (collector/trace/v1, trace/v1, resource/v1, common/v1). */
const field = (number: number, wireType: number): number => number * 8 + wireType;

const RESOURCE_SPANS = field(1, LEN);

/**
 * Decodes an ExportTraceServiceRequest. An empty payload is lawful and holds no span. Single spans with unlawful ids are left
 * out and counted in `rejected`. Throws OtlpDecodeError for anything that is no trace request, naming what it looks like.
 */
export function decodeTracesProtobuf(bytes: Uint8Array): DecodedTraces {
  return new ProtobufDecoder(bytes).decode();
}

class ProtobufDecoder {
  readonly #reader: WireReader;
  readonly #rejected = new RejectedSpans();
  #spanCount = 0;
  /** Spans with a field of a wire type that no span has, by what they look like instead. */
  readonly #strange = new Map<Signal, number>();
  #strangeCount = 0;

  constructor(bytes: Uint8Array) {
    this.#reader = new WireReader(bytes);
  }

  decode(): DecodedTraces {
    const reader = this.#reader;
    const end = reader.length;
    const resourceSpans: OtlpResourceSpans[] = [];
    let seen = false;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === RESOURCE_SPANS) {
        seen = true;
        const decoded = this.#resourceSpans(reader.message(end));
        if (decoded) resourceSpans.push(decoded);
      } else reader.skip(tag, end);
    }
    reader.finish(end);
    if (end > 0 && !seen) throw new OtlpDecodeError('no OTLP trace request: it holds no resource_spans');
    if (this.#spanCount === 0 && this.#strangeCount > 0) throw this.#wrongSignal();
    return { resourceSpans, spanCount: this.#spanCount, rejected: this.#rejected };
  }

  #resourceSpans(end: number): OtlpResourceSpans | undefined {
    const reader = this.#reader;
    let attributes: Attributes | undefined;
    let droppedAttributesCount = 0;
    const scopeSpans: OtlpScopeSpans[] = [];
    while (reader.position < end) {
      const tag = reader.tag();
      switch (tag) {
        case field(1, LEN): {
          const resourceEnd = reader.message(end);
          attributes ??= newAttributes();
          while (reader.position < resourceEnd) {
            const inner = reader.tag();
            if (inner === field(1, LEN)) this.#keyValue(reader.message(resourceEnd), attributes, 0);
            else if (inner === field(2, VARINT)) droppedAttributesCount = reader.uint32();
            else reader.skip(inner, resourceEnd);
          }
          reader.finish(resourceEnd);
          break;
        }
        case field(2, LEN):
        case field(1000, LEN): {
          // 1000 is instrumentation_library_spans, of SDKs from before 2022: the same message under its old name
          const decoded = this.#scopeSpans(reader.message(end));
          if (decoded) scopeSpans.push(decoded);
          break;
        }
        default:
          reader.skip(tag, end);
      }
    }
    reader.finish(end);
    if (scopeSpans.length === 0) return undefined;
    return { resource: { attributes: attributes ?? newAttributes(), droppedAttributesCount }, scopeSpans };
  }

  #scopeSpans(end: number): OtlpScopeSpans | undefined {
    const reader = this.#reader;
    let name = '';
    let version = '';
    let attributes: Attributes | undefined;
    const spans: OtlpSpan[] = [];
    while (reader.position < end) {
      const tag = reader.tag();
      switch (tag) {
        case field(1, LEN): {
          const scopeEnd = reader.message(end);
          while (reader.position < scopeEnd) {
            const inner = reader.tag();
            if (inner === field(1, LEN)) name = reader.key(scopeEnd);
            else if (inner === field(2, LEN)) version = reader.key(scopeEnd);
            else if (inner === field(3, LEN)) {
              attributes ??= newAttributes();
              this.#keyValue(reader.message(scopeEnd), attributes, 0);
            } else reader.skip(inner, scopeEnd);
          }
          reader.finish(scopeEnd);
          break;
        }
        case field(2, LEN): {
          const span = this.#span(reader.message(end));
          if (span) spans.push(span);
          break;
        }
        default:
          reader.skip(tag, end);
      }
    }
    reader.finish(end);
    if (spans.length === 0) return undefined;
    this.#spanCount += spans.length;
    return { scope: { name, version, attributes: attributes ?? newAttributes() }, spans };
  }

  /** A lawful span, or undefined after counting why it is none. */
  #span(end: number): OtlpSpan | undefined {
    const reader = this.#reader;
    let traceId = '';
    let spanId = '';
    let parentSpanId = '';
    let parentLawful = true;
    let traceState = '';
    let flags = 0;
    let name = '';
    let kind = 0;
    let startTime: OtlpTime | undefined;
    let endTime: OtlpTime | undefined;
    const attributes = newAttributes();
    const events: OtlpEvent[] = [];
    const links: OtlpLink[] = [];
    const status = { code: 0, message: '' };
    let dropped = 0;
    let strange: Signal | undefined;
    let traceIdLength = 0;
    while (reader.position < end) {
      const tag = reader.tag();
      switch (tag) {
        case field(9, LEN):
          this.#keyValue(reader.message(end), attributes, 0);
          break;
        case field(1, LEN):
          traceIdLength = reader.position;
          traceId = reader.id(end, 16);
          traceIdLength = reader.position - traceIdLength - 1;
          break;
        case field(2, LEN):
          spanId = reader.id(end, 8);
          break;
        case field(3, LEN):
          traceState = reader.string(end);
          break;
        case field(4, LEN): {
          const before = reader.position;
          parentSpanId = reader.id(end, 8);
          // a root is empty by the specification, eight zero bytes by some exporters
          const length = reader.position - before - 1;
          parentLawful = length === 0 || length === 8;
          break;
        }
        case field(5, LEN):
          name = reader.key(end);
          break;
        case field(6, VARINT):
          kind = reader.uint32();
          break;
        case field(7, FIXED64):
          startTime = reader.time();
          break;
        case field(8, FIXED64):
          endTime = reader.time();
          break;
        case field(11, LEN): {
          const event = this.#event(reader.message(end));
          if (event && events.length < MAX_EVENTS_PER_SPAN) events.push(event);
          else dropped++;
          break;
        }
        case field(13, LEN): {
          const link = this.#link(reader.message(end));
          if (link && links.length < MAX_LINKS_PER_SPAN) links.push(link);
          else dropped++;
          break;
        }
        case field(10, VARINT):
        case field(12, VARINT):
        case field(14, VARINT):
          dropped += reader.uint32();
          break;
        case field(15, LEN): {
          const statusEnd = reader.message(end);
          while (reader.position < statusEnd) {
            const inner = reader.tag();
            if (inner === field(2, LEN)) status.message = reader.string(statusEnd);
            else if (inner === field(3, VARINT)) status.code = reader.uint32();
            else reader.skip(inner, statusEnd);
          }
          reader.finish(statusEnd);
          break;
        }
        case field(16, FIXED32):
          flags = reader.fixed32();
          break;
        default:
          if (tag >>> 3 <= 16) strange = signalOfField(tag >>> 3, tag & 7);
          if (strange !== undefined && strange !== 'unknown') {
            // what else it holds would be read as what it is not
            reader.position = end;
            break;
          }
          reader.skip(tag, end);
      }
    }
    reader.finish(end);
    if (traceId === '' && traceIdLength > 0 && traceIdLength !== 16 && !startTime && !endTime) {
      // a metric's name stands where a span has its trace id, and gauges have no other field that a span has not
      strange ??= 'metrics';
    }
    if (strange !== undefined) {
      this.#strange.set(strange, (this.#strange.get(strange) ?? 0) + 1);
      this.#strangeCount++;
      this.#rejected.add('malformed');
      return undefined;
    }
    if (traceId === '' || spanId === '' || !parentLawful) {
      this.#rejected.add(
        traceId === '' ? 'invalid_trace_id' : spanId === '' ? 'invalid_span_id' : 'invalid_parent_span_id',
      );
      return undefined;
    }
    return {
      traceId,
      spanId,
      parentSpanId,
      traceState,
      flags,
      name,
      kind,
      startTime: startTime ?? { micros: 0, nanos: 0 },
      endTime: endTime ?? { micros: 0, nanos: 0 },
      attributes,
      events,
      links,
      status,
      droppedCount: dropped,
    };
  }

  /** Undefined when it says nothing. */
  #event(end: number): OtlpEvent | undefined {
    const reader = this.#reader;
    if (reader.position === end) return undefined;
    let time: OtlpTime | undefined;
    let name = '';
    const attributes = newAttributes();
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === field(3, LEN)) this.#keyValue(reader.message(end), attributes, 0);
      else if (tag === field(1, FIXED64)) time = reader.time();
      else if (tag === field(2, LEN)) name = reader.key(end);
      else reader.skip(tag, end);
    }
    reader.finish(end);
    return { time: time ?? { micros: 0, nanos: 0 }, name, attributes };
  }

  /** Undefined when its ids are unlawful. */
  #link(end: number): OtlpLink | undefined {
    const reader = this.#reader;
    let traceId = '';
    let spanId = '';
    let traceState = '';
    const attributes = newAttributes();
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === field(1, LEN)) traceId = reader.id(end, 16);
      else if (tag === field(2, LEN)) spanId = reader.id(end, 8);
      else if (tag === field(3, LEN)) traceState = reader.string(end);
      else if (tag === field(4, LEN)) this.#keyValue(reader.message(end), attributes, 0);
      else reader.skip(tag, end);
    }
    reader.finish(end);
    return traceId === '' || spanId === '' ? undefined : { traceId, spanId, traceState, attributes };
  }

  #keyValue(end: number, into: Attributes, depth: number): void {
    const reader = this.#reader;
    let key = '';
    let value: AttributeValue = null;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === field(1, LEN)) key = reader.key(end);
      else if (tag === field(2, LEN)) value = this.#anyValue(reader.message(end), depth);
      else reader.skip(tag, end);
    }
    reader.finish(end);
    into[key] = value;
  }

  #anyValue(end: number, depth: number): AttributeValue {
    const reader = this.#reader;
    let value: AttributeValue = null;
    while (reader.position < end) {
      const tag = reader.tag();
      switch (tag) {
        case field(1, LEN):
          value = reader.string(end);
          break;
        case field(2, VARINT):
          value = reader.bool();
          break;
        case field(3, VARINT):
          value = reader.int64();
          break;
        case field(4, FIXED64):
          value = reader.double();
          break;
        case field(5, LEN):
          value = this.#array(reader.message(end), depth + 1);
          break;
        case field(6, LEN):
          value = this.#map(reader.message(end), depth + 1);
          break;
        case field(7, LEN):
          value = reader.bytes(end);
          break;
        default:
          reader.skip(tag, end);
      }
    }
    reader.finish(end);
    return value;
  }

  #array(end: number, depth: number): AttributeValue[] {
    const reader = this.#reader;
    if (depth > MAX_VALUE_DEPTH) throw new OtlpDecodeError(`an attribute is nested deeper than ${MAX_VALUE_DEPTH}`);
    const values: AttributeValue[] = [];
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === field(1, LEN)) values.push(this.#anyValue(reader.message(end), depth));
      else reader.skip(tag, end);
    }
    reader.finish(end);
    return values;
  }

  #map(end: number, depth: number): Attributes {
    const reader = this.#reader;
    if (depth > MAX_VALUE_DEPTH) throw new OtlpDecodeError(`an attribute is nested deeper than ${MAX_VALUE_DEPTH}`);
    const values = newAttributes();
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === field(1, LEN)) this.#keyValue(reader.message(end), values, depth);
      else reader.skip(tag, end);
    }
    reader.finish(end);
    return values;
  }

  #wrongSignal(): OtlpDecodeError {
    const [likeliest] = [...this.#strange].sort((a, b) => b[1] - a[1])[0] ?? [];
    return new OtlpDecodeError(
      likeliest === undefined || likeliest === 'unknown'
        ? 'no OTLP trace request: what stands where spans should have fields of other types'
        : `this looks like OTLP ${likeliest}, not traces: send ${likeliest} to /v1/${likeliest} of a backend that takes them`,
    );
  }
}
