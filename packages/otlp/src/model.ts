/**
 * OTLP trace data as plain objects: what both encodings (protobuf and JSON) decode to and what `semconv` reads.
 * Names are those of opentelemetry-proto; ids are lower-case hex, times are split so that no BigInt is needed.
 */

export type AttributeValue =
  | string
  | number
  | boolean
  /** int64 beyond Number.MAX_SAFE_INTEGER */
  | bigint
  | Uint8Array
  | null
  | AttributeValue[]
  | { [key: string]: AttributeValue };

/** Inherits no key (`toString` in it is an attribute that was sent): made by `newAttributes()`. */
export type Attributes = Record<string, AttributeValue>;

export interface OtlpResourceSpans {
  resource: { attributes: Attributes; droppedAttributesCount: number };
  scopeSpans: OtlpScopeSpans[];
}

export interface OtlpScopeSpans {
  scope: { name: string; version: string; attributes: Attributes };
  spans: OtlpSpan[];
}

/** Nanoseconds since the epoch, as microseconds (a safe integer) and the remaining 0–999 ns. */
export interface OtlpTime {
  micros: number;
  nanos: number;
}

export interface OtlpSpan {
  /** 32 hex digits */
  traceId: string;
  /** 16 hex digits */
  spanId: string;
  /** 16 hex digits, or empty at the root */
  parentSpanId: string;
  traceState: string;
  flags: number;
  name: string;
  /** 0 unspecified … 5 consumer */
  kind: number;
  startTime: OtlpTime;
  endTime: OtlpTime;
  attributes: Attributes;
  events: OtlpEvent[];
  links: OtlpLink[];
  status: { /** 0 unset, 1 ok, 2 error */ code: number; message: string };
  /** Attributes, events and links that the SDK dropped */
  droppedCount: number;
}

export interface OtlpEvent {
  time: OtlpTime;
  name: string;
  attributes: Attributes;
}

export interface OtlpLink {
  traceId: string;
  spanId: string;
  traceState: string;
  attributes: Attributes;
}
