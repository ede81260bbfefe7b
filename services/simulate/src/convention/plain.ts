import { newAttributes } from '@spanwise/otlp';
import type { SpanRecord } from '../render/record.ts';
import type { Written } from './convention.ts';

/** Scope of the spans that no instrumentation of agents writes. */
export const plainScope = { name: '@opentelemetry/instrumentation-http', version: '0.208.0' } as const;

/** OpenTelemetry's conventions for HTTP and messaging; undefined for the work of agents. */
export function writePlain({ work, failure }: SpanRecord): Written | undefined {
  const attributes = newAttributes();
  if (work.kind === 'http') {
    attributes['http.request.method'] = 'POST';
    attributes['http.response.status_code'] = work.status;
    attributes['server.address'] = work.server;
    if (failure) attributes['error.type'] = failure.type;
    if (work.resend > 0 && work.side === 'client') attributes['http.request.resend_count'] = work.resend;
    if (work.side === 'client') {
      attributes['url.full'] = `http://${work.server}${work.path}`;
      return { name: 'POST', kind: 3, attributes };
    }
    attributes['http.route'] = work.path;
    return { name: `POST ${work.path}`, kind: 2, attributes };
  }
  if (work.kind === 'message') {
    attributes['messaging.system'] = 'kafka';
    attributes['messaging.destination.name'] = work.queue;
    attributes['messaging.operation.type'] = work.side === 'producer' ? 'send' : 'process';
    if (work.priority !== undefined) {
      attributes['spanwise.queue.name'] = work.queue;
      attributes['spanwise.queue.priority'] = work.priority;
    }
    if (work.enqueuedUs !== undefined)
      attributes['spanwise.queue.enqueued_at'] = new Date(work.enqueuedUs / 1_000).toISOString();
    return work.side === 'producer'
      ? { name: `send ${work.queue}`, kind: 4, attributes }
      : { name: `process ${work.queue}`, kind: 5, attributes };
  }
  return undefined;
}
