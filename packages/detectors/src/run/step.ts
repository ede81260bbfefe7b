import type { SpanKind } from '@spanwise/schemas';

/** What a tool's result body says about itself, whatever the span's status. */
export type ResultOutcome =
  /** no result was captured */
  | 'unknown'
  | 'value'
  /** null, '', [], {} or a lawful "nothing found" */
  | 'empty'
  | 'error';

/** A tool call that a model asked for in its output. */
export interface RequestedCall {
  id: string;
  name: string;
  /** `toolArgumentsDigest` of the arguments; empty when they did not parse */
  argumentsDigest: string;
}

/**
 * What a run remembers of a span: small, JSON, never the payloads. Detectors read the payloads once, from the span, when it
 * is released.
 */
export interface Step {
  /** Order of release within the run, from 0. */
  index: number;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: SpanKind;
  /** Agent that stands on this very span; `RunView.agentOf` resolves. */
  agent: string;
  release: string;
  service: string;
  tool: string;
  toolCallId: string;
  /** Microseconds since the epoch, corrected for the skew of its service once that is known. */
  start: number;
  end: number;
  /** Microseconds; as stamped by ingest */
  receivedTime: number;
  failed: boolean;
  errorType: string;
  /** At most 256 characters. */
  errorMessage: string;
  argumentsDigest: string;
  resultDigest: string;
  outcome: ResultOutcome;
  /** What in the result says that it is an error; at most 256 characters. */
  outcomeDetail: string;
  retryAttempt: number | null;
  finishReason: string;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
  handoffFrom: string;
  handoffTo: string;
  /** Tool calls requested by an inference, at most 32. */
  requestedCalls: RequestedCall[];
  /** `conversationId`, `agent` or `release` are missing on the stored row and may be resolved later. */
  unresolved: boolean;
}
