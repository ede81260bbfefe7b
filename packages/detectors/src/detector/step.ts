import type { SpanKind } from '@spanwise/schemas';
import type { RequestedCall } from '../reading/requested-calls.ts';
import type { ResultOutcome } from '../reading/result-outcome.ts';
import type { Said } from '../reading/said.ts';
import type { Statement } from '../reading/statement.ts';

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
  /** The parent span is in another process: true, false, or null where the exporter did not say. */
  remoteParent: boolean | null;
  /** Conversation id that stands on this very span; the run's is `RunView.sessionId`. */
  conversation: string;
  /** Agent that stands on this very span; `RunView.agentOf` resolves. */
  agent: string;
  release: string;
  service: string;
  tool: string;
  toolCallId: string;
  /** Microseconds since the epoch by the clock of its own service; `RunView.startOf` and `endOf` correct it. */
  start: number;
  end: number;
  /** Microseconds; as stamped by ingest */
  receivedTime: number;
  failed: boolean;
  errorType: string;
  /** At most 256 characters. */
  errorMessage: string;
  argumentsDigest: string;
  /** Digest over the arguments that ties a call without id to its request; empty with an id or without arguments. */
  requestKey: string;
  resultDigest: string;
  outcome: ResultOutcome;
  /** What in the result says that it is an error; at most 256 characters. */
  outcomeDetail: string;
  /** How surely the result is an error, 0 to 1; 0 otherwise. */
  outcomeConfidence: number;
  retryAttempt: number | null;
  finishReason: string;
  /** Model of an inference; empty for any other span. */
  model: string;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
  handoffFrom: string;
  handoffTo: string;
  /** Tool calls requested by an inference, at most 32. */
  requestedCalls: RequestedCall[];
  /** Of an inference or agent, soon after something in the run has failed: what its output says. */
  said: Said;
  /** Of a call that failed or came soon after a failure: digests of its arguments' values. */
  argumentValues: string[];
  /** Of a call or handoff: what its arguments state, in normal form. */
  given: Statement;
  /** What its result states, or what is new in the input of an inference, in normal form. */
  stated: Statement;
  /** `conversationId`, `agent` or `release` are missing on the stored row and may be resolved later. */
  unresolved: boolean;
}

/** The step failed, by its status or by what its result says. */
export const isFailure = (step: Step): boolean => step.failed || step.outcome === 'error';
