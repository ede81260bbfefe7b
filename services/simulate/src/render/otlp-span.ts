import { newAttributes, type OtlpEvent, type OtlpLink, type OtlpSpan, type OtlpTime } from '@spanwise/otlp';
import type { AgentRecord, Convention, Identity } from '../convention/convention.ts';
import { plainScope, writePlain } from '../convention/plain.ts';
import type { RunSpan } from '../run.ts';
import type { SpanRecord } from './record.ts';

export interface SpanContext {
  readonly traceId: string;
  readonly convention: Convention;
  readonly identity: Identity;
  readonly release: string;
  readonly environment: string;
  /** Clock of its service against true time, microseconds */
  readonly offsetUs: number;
  readonly links: readonly OtlpLink[];
}

/** A record as OTLP, in the words of a convention and by the clock of its service. */
export function otlpSpan(record: SpanRecord, context: SpanContext): RunSpan {
  const { traceId, convention, offsetUs } = context;
  const plain = writePlain(record);
  const { name, kind, attributes } = plain ?? convention.write(record as AgentRecord, context.identity);
  const { failure, spanId, parentSpanId } = record;
  const told = failure && !plain ? convention.tellFailure?.(failure, record as AgentRecord) : undefined;
  Object.assign(attributes, record.extras);
  const endTime = timeOf(record.endUs + offsetUs);
  const span: OtlpSpan = {
    traceId,
    spanId,
    parentSpanId,
    traceState: '',
    flags: 0x101,
    name,
    kind,
    startTime: timeOf(record.startUs + offsetUs),
    endTime,
    attributes,
    events: failure && !plain && told?.hasEvent !== false ? [exceptionOf(failure, endTime)] : [],
    links: [...context.links],
    status: failure
      ? { code: 2, message: told?.message ?? failure.message }
      : { code: plain ? 0 : convention.fineStatus, message: '' },
    droppedCount: 0,
  };
  const { release, environment } = context;
  const source = { service: record.service, release, environment, scope: plain ? plainScope : convention.scope };
  return { span, source, endMs: record.endUs / 1_000 };
}

function exceptionOf(failure: { type: string; message: string }, time: OtlpTime): OtlpEvent {
  const attributes = newAttributes();
  attributes['exception.type'] = failure.type;
  attributes['exception.message'] = failure.message;
  return { time, name: 'exception', attributes };
}

export function linkTo(traceId: string, spanId: string): OtlpLink {
  return { traceId, spanId, traceState: '', attributes: newAttributes() };
}

const timeOf = (us: number): OtlpTime => ({ micros: Math.round(us), nanos: 0 });
