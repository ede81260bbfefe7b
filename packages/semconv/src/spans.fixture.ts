import { type Attributes, newAttributes, type OtlpEvent, type OtlpSpan } from '@spanwise/otlp';
import type { Span } from '@spanwise/schemas';
import { convertResourceSpans } from './convert.ts';

export const RECEIVED_US = 1_795_000_000_000_000;

export function attributes(values: Record<string, unknown>): Attributes {
  return Object.assign(newAttributes(), values);
}

export function event(name: string, values: Record<string, unknown> = {}): OtlpEvent {
  return { name, time: { micros: RECEIVED_US - 1_000, nanos: 7 }, attributes: attributes(values) };
}

export interface SentSpan extends Omit<Partial<OtlpSpan>, 'attributes'> {
  attributes?: Record<string, unknown>;
  resource?: Record<string, unknown>;
  scope?: { name?: string; version?: string; attributes?: Record<string, unknown> };
}

export function otlpSpan(sent: SentSpan = {}): OtlpSpan {
  return {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    parentSpanId: 'eee19b7ec3c1b173',
    traceState: '',
    flags: 1,
    name: 'span',
    kind: 1,
    startTime: { micros: RECEIVED_US - 2_000_000, nanos: 0 },
    endTime: { micros: RECEIVED_US - 1_000_000, nanos: 0 },
    events: [],
    links: [],
    status: { code: 0, message: '' },
    droppedCount: 0,
    ...sent,
    attributes: attributes(sent.attributes ?? {}),
  };
}

/** One span through the whole conversion. */
export function convert(sent: SentSpan): Span {
  const scope = { name: '', version: '', ...sent.scope, attributes: attributes(sent.scope?.attributes ?? {}) };
  const resource = { attributes: attributes(sent.resource ?? {}), droppedAttributesCount: 0 };
  const [span] = convertResourceSpans([{ resource, scopeSpans: [{ scope, spans: [otlpSpan(sent)] }] }], {
    tenant: 'default',
    receivedTimeUs: RECEIVED_US,
  });
  if (!span) throw new Error('a span was lost');
  return span;
}

/** A span of nothing but attributes. */
export function ofAttributes(values: Record<string, unknown>, name = 'span'): Span {
  return convert({ attributes: values, name });
}
