import type { OtlpSpan } from '@spanwise/otlp';
import type { Truth } from './truth.ts';

/** One trace, ready to be sent. */
export interface SimulatedRun {
  readonly traceId: string;
  readonly tenant: string;
  /** Conversation id */
  readonly sessionId: string;
  readonly rootSpanId: string;
  /** True time, milliseconds since the epoch */
  readonly startMs: number;
  /** When the last span that is sent ends */
  readonly endMs: number;
  /** In the order in which they truly end */
  readonly spans: readonly RunSpan[];
  readonly truths: readonly Truth[];
  /** What was asked and answered; undefined where the run came to no answer. */
  readonly turn: { readonly request: string; readonly answer: string } | undefined;
}

export interface RunSpan {
  readonly span: OtlpSpan;
  readonly source: SpanSource;
  /** True time, whatever the clock of its service says; milliseconds since the epoch */
  readonly endMs: number;
}

/** What spans of one request have in common: the process that sends them and the instrumentation that wrote them. */
export interface SpanSource {
  readonly service: string;
  readonly release: string;
  readonly environment: string;
  readonly scope: { readonly name: string; readonly version: string };
}
