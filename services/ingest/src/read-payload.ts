import { type DecodedTraces, decodeTracesJson, decodeTracesProtobuf, type RejectedSpans } from '@spanwise/otlp';
import type { Span } from '@spanwise/schemas';
import { convertResourceSpans } from '@spanwise/semconv';
import type { Encoding } from './metrics.ts';

export interface Arrival {
  tenant: string;
  /** Microseconds since the epoch, one for the whole payload */
  receivedTimeUs: number;
}

/** An OTLP trace request as spans. Pure; throws OtlpDecodeError for what is none. */
export function readPayload(
  payload: Uint8Array,
  encoding: Encoding,
  arrival: Arrival,
): { spans: Span[]; rejected: RejectedSpans } {
  const decoded: DecodedTraces = encoding === 'json' ? decodeTracesJson(payload) : decodeTracesProtobuf(payload);
  return { spans: convertResourceSpans(decoded.resourceSpans, arrival), rejected: decoded.rejected };
}
