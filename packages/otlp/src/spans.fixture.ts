import { newAttributes } from './attributes.ts';
import type { OtlpResourceSpans, OtlpSpan } from './model.ts';

export const TRACE_ID = '5b8efff798038103d269b633813fc60c';
export const SPAN_ID = 'eee19b7ec3c1b174';

export function otlpSpan(given: Partial<OtlpSpan> = {}): OtlpSpan {
  return {
    traceId: TRACE_ID,
    spanId: SPAN_ID,
    parentSpanId: '',
    traceState: '',
    flags: 0,
    name: 'chat',
    kind: 1,
    startTime: { micros: 1_795_320_000_000_000, nanos: 7 },
    endTime: { micros: 1_795_320_000_350_000, nanos: 0 },
    attributes: newAttributes(),
    events: [],
    links: [],
    status: { code: 0, message: '' },
    droppedCount: 0,
    ...given,
  };
}

/** One resource with one scope that holds these spans. */
export function request(...spans: OtlpSpan[]): OtlpResourceSpans[] {
  return [
    {
      resource: { attributes: newAttributes(), droppedAttributesCount: 0 },
      scopeSpans: [{ scope: { name: 's', version: '', attributes: newAttributes() }, spans }],
    },
  ];
}
