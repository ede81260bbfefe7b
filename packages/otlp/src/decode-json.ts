import { newAttributes } from './attributes.ts';
import { OtlpDecodeError } from './decode-error.ts';
import {
  arrayOf,
  enumOf,
  fieldOf,
  idOf,
  isObject,
  type JsonObject,
  objectAt,
  stringOf,
  timeOf,
  uint32Of,
} from './json-fields.ts';
import { jsonAttributes } from './json-values.ts';
import { MAX_EVENTS_PER_SPAN, MAX_LINKS_PER_SPAN } from './limits.ts';
import type { OtlpEvent, OtlpLink, OtlpResourceSpans, OtlpScopeSpans, OtlpSpan } from './model.ts';
import { type DecodedTraces, RejectedSpans, type RejectReason } from './rejected.ts';

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (kind) => `SPAN_KIND_${kind}`,
);
const CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];
const OTHER_SIGNALS = ['logs', 'metrics', 'profiles'];

/**
 * Decodes an ExportTraceServiceRequest of the OTLP/JSON mapping, and the dialects seen in the wild: an array of requests,
 * base64 ids, enums by name, snake_case names. Unknown fields are ignored. Single unlawful spans are left out and counted in
 * `rejected`. Throws OtlpDecodeError for anything that is no trace request, naming what it looks like.
 */
export function decodeTracesJson(payload: string | Uint8Array): DecodedTraces {
  const text =
    typeof payload === 'string'
      ? payload
      : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (error) {
    throw new OtlpDecodeError(
      text.trim() === '' ? 'the body is empty: JSON needs at least {}' : `no JSON: ${(error as Error).message}`,
    );
  }
  const decoder = new JsonDecoder();
  if (Array.isArray(parsed))
    parsed.forEach((request, i) => {
      decoder.request(request, `[${i}]`);
    });
  else decoder.request(parsed, '');
  return decoder;
}

class JsonDecoder implements DecodedTraces {
  readonly resourceSpans: OtlpResourceSpans[] = [];
  readonly rejected = new RejectedSpans();
  spanCount = 0;

  request(value: unknown, path: string): void {
    if (!isObject(value)) throw new OtlpDecodeError('no OTLP trace request: it must be an object with resourceSpans');
    if (fieldOf(value, 'resourceSpans') === undefined) refuseOther(value);
    const name = path === '' ? 'resourceSpans' : `${path}.resourceSpans`;
    arrayOf(value, 'resourceSpans', path || 'request').forEach((each, i) => {
      this.#resourceSpans(objectAt(each, `${name}[${i}]`), `${name}[${i}]`);
    });
  }

  #resourceSpans(value: JsonObject, path: string): void {
    const scopeSpans: OtlpScopeSpans[] = [];
    // the second is the name of before 2022
    for (const name of ['scopeSpans', 'instrumentationLibrarySpans']) {
      arrayOf(value, name, path).forEach((each, i) => {
        const decoded = this.#scopeSpans(objectAt(each, `${path}.${name}[${i}]`), `${path}.${name}[${i}]`);
        if (decoded) scopeSpans.push(decoded);
      });
    }
    if (scopeSpans.length === 0) return;
    const resource = objectAt(fieldOf(value, 'resource') ?? {}, `${path}.resource`);
    this.resourceSpans.push({
      resource: {
        attributes: jsonAttributes(arrayOf(resource, 'attributes', `${path}.resource`), `${path}.resource.attributes`),
        droppedAttributesCount: uint32Of(resource, 'droppedAttributesCount', `${path}.resource`),
      },
      scopeSpans,
    });
  }

  #scopeSpans(value: JsonObject, path: string): OtlpScopeSpans | undefined {
    const spans: OtlpSpan[] = [];
    arrayOf(value, 'spans', path).forEach((each, i) => {
      const decoded = this.#span(each, `${path}.spans[${i}]`);
      if (decoded) spans.push(decoded);
    });
    if (spans.length === 0) return undefined;
    this.spanCount += spans.length;
    const scope = objectAt(fieldOf(value, 'scope') ?? fieldOf(value, 'instrumentationLibrary') ?? {}, `${path}.scope`);
    return {
      scope: {
        name: stringOf(scope, 'name', `${path}.scope`),
        version: stringOf(scope, 'version', `${path}.scope`),
        attributes: jsonAttributes(arrayOf(scope, 'attributes', `${path}.scope`), `${path}.scope.attributes`),
      },
      spans,
    };
  }

  /** Undefined when it is rejected. */
  #span(value: unknown, path: string): OtlpSpan | undefined {
    if (!isObject(value)) return this.#reject('malformed', `${path} must be an object`);
    const traceId = idOf(value, 'traceId', 16);
    if (traceId === '') return this.#reject('invalid_trace_id');
    const spanId = idOf(value, 'spanId', 8);
    if (spanId === '') return this.#reject('invalid_span_id');
    const parentSpanId = idOf(value, 'parentSpanId', 8);
    if (parentSpanId === '' && !isNoParent(fieldOf(value, 'parentSpanId'))) {
      return this.#reject('invalid_parent_span_id');
    }
    try {
      return spanOf(value, { traceId, spanId, parentSpanId }, path);
    } catch (error) {
      if (error instanceof OtlpDecodeError) return this.#reject('malformed', error.message);
      throw error;
    }
  }

  #reject(reason: RejectReason, example?: string): undefined {
    this.rejected.add(reason, example);
  }
}

/** Absent or empty at a root by the specification, zeros by some exporters. */
function isNoParent(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && /^(0{16}|A{11}=?)?$/.test(value));
}

function spanOf(value: JsonObject, ids: Pick<OtlpSpan, 'traceId' | 'spanId' | 'parentSpanId'>, path: string): OtlpSpan {
  const status = objectAt(fieldOf(value, 'status') ?? {}, `${path}.status`);
  const events = arrayOf(value, 'events', path);
  const links = arrayOf(value, 'links', path);
  const keptEvents = events
    .map((event, i) => eventOf(event, `${path}.events[${i}]`))
    .filter((event) => event !== undefined);
  const keptLinks = links.map((link, i) => linkOf(link, `${path}.links[${i}]`)).filter((link) => link !== undefined);
  keptEvents.length = Math.min(keptEvents.length, MAX_EVENTS_PER_SPAN);
  keptLinks.length = Math.min(keptLinks.length, MAX_LINKS_PER_SPAN);
  return {
    ...ids,
    traceState: stringOf(value, 'traceState', path),
    flags: uint32Of(value, 'flags', path),
    name: stringOf(value, 'name', path),
    kind: enumOf(value, 'kind', KINDS, path),
    startTime: timeOf(value, 'startTimeUnixNano', path),
    endTime: timeOf(value, 'endTimeUnixNano', path),
    attributes: jsonAttributes(arrayOf(value, 'attributes', path), `${path}.attributes`),
    events: keptEvents,
    links: keptLinks,
    status: {
      code: enumOf(status, 'code', CODES, `${path}.status`),
      message: stringOf(status, 'message', `${path}.status`),
    },
    droppedCount:
      uint32Of(value, 'droppedAttributesCount', path) +
      uint32Of(value, 'droppedEventsCount', path) +
      uint32Of(value, 'droppedLinksCount', path) +
      (events.length - keptEvents.length) +
      (links.length - keptLinks.length),
  };
}

/** Undefined when it says nothing. */
function eventOf(value: unknown, path: string): OtlpEvent | undefined {
  const event = objectAt(value, path);
  const time = timeOf(event, 'timeUnixNano', path);
  const name = stringOf(event, 'name', path);
  const attributes = arrayOf(event, 'attributes', path);
  if (name === '' && attributes.length === 0 && time.micros === 0 && time.nanos === 0) return undefined;
  return { time, name, attributes: attributes.length === 0 ? newAttributes() : jsonAttributes(attributes, path) };
}

/** Undefined when its ids are unlawful. */
function linkOf(value: unknown, path: string): OtlpLink | undefined {
  const link = objectAt(value, path);
  const traceId = idOf(link, 'traceId', 16);
  const spanId = idOf(link, 'spanId', 8);
  if (traceId === '' || spanId === '') return undefined;
  return {
    traceId,
    spanId,
    traceState: stringOf(link, 'traceState', path),
    attributes: jsonAttributes(arrayOf(link, 'attributes', path), path),
  };
}

function refuseOther(request: JsonObject): void {
  for (const signal of OTHER_SIGNALS) {
    if (fieldOf(request, `resource${signal[0]?.toUpperCase()}${signal.slice(1)}`) !== undefined) {
      throw new OtlpDecodeError(
        `these are OTLP ${signal}, not traces: send ${signal} to /v1/${signal} of a backend that takes them`,
      );
    }
  }
  if (Object.keys(request).length > 0) throw new OtlpDecodeError('no OTLP trace request: it holds no resourceSpans');
}
