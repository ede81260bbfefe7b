import type { Span, SpanKind } from '@spanwise/schemas';
import { hash64 } from '../identity-hash.ts';
import { argumentValuesOf } from './argument-values.ts';
import { requestedCallsOf } from './requested-calls.ts';
import { type JudgedResult, judgeResult } from './result-outcome.ts';
import { type Said, saidOf } from './said.ts';

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
  /** Its arguments are JSON, or there are none. */
  parses: boolean;
  /** `requestKey` of a tool step with these arguments; empty with an id, which ties them better, or when they do not parse */
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
  /** `conversationId`, `agent` or `release` are missing on the stored row and may be resolved later. */
  unresolved: boolean;
}

/** The step failed, by its status or by what its result says. */
export const isFailure = (step: Step): boolean => step.failed || step.outcome === 'error';

/** OTLP span flags: the exporter states whether the parent is remote, and that it is. */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

const clip = (text: string): string => (text.length > 256 ? text.slice(0, 256) : text);

/** Kinds whose result body is judged. */
const hasResult = (kind: SpanKind): boolean =>
  kind === 'tool' || kind === 'retrieval' || kind === 'memory' || kind === 'handoff';

/** `errorType` of a span without failure whose framework states inside the result that the call failed (LangChain, MCP). */
const STATED_TOOL_ERROR = 'tool_message_error';

function judgedResultOf(span: Span): JudgedResult {
  if (!span.failed && span.errorType === STATED_TOOL_ERROR) {
    return { outcome: 'error', detail: clip(span.errorMessage || span.toolResult), confidence: 0.95 };
  }
  return judgeResult(span.toolResult, span.tool || span.name);
}

function requestKeyOf(span: Span): string {
  if (span.toolCallId !== '' || span.toolArguments === '') return '';
  return span.cut.some((cut) => cut.field === 'toolArguments') ? '' : hash64(`${span.tool} ${span.toolArguments}`);
}

/**
 * What a run keeps of a span.
 *
 * @param index order of release within its run, from 0
 * @param inTrouble something in the run has failed not long before: more is kept, by which reactions are recognised
 */
export function stepOf(span: Span, index: number, inTrouble = false): Step {
  const judged = hasResult(span.kind) ? judgedResultOf(span) : undefined;
  const isLlm = span.kind === 'llm';
  const speaks = inTrouble && (isLlm || span.kind === 'agent');
  const relates = hasResult(span.kind) && (inTrouble || span.failed || judged?.outcome === 'error');
  return {
    index,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    remoteParent: (span.flags & HAS_IS_REMOTE) === 0 ? null : (span.flags & IS_REMOTE) !== 0,
    conversation: span.conversationId,
    name: span.name,
    kind: span.kind,
    agent: span.agent,
    release: span.release,
    service: span.service,
    tool: span.tool,
    toolCallId: span.toolCallId,
    start: span.startTime,
    end: span.startTime + Math.round(span.durationNs / 1000),
    receivedTime: span.receivedTime,
    failed: span.failed,
    errorType: span.errorType,
    errorMessage: clip(span.errorMessage || span.statusMessage),
    argumentsDigest: span.toolArgumentsDigest,
    requestKey: hasResult(span.kind) ? requestKeyOf(span) : '',
    resultDigest: span.toolResultDigest,
    outcome: judged ? judged.outcome : 'unknown',
    outcomeDetail: judged ? judged.detail : '',
    outcomeConfidence: judged ? judged.confidence : 0,
    retryAttempt: span.retryAttempt,
    finishReason: span.finishReason,
    model: isLlm ? span.model : '',
    inputTokens: isLlm ? (span.inputTokens ?? 0) : 0,
    outputTokens: isLlm ? (span.outputTokens ?? 0) : 0,
    costUsd: isLlm ? (span.costUsd ?? 0) : 0,
    handoffFrom: span.handoffFrom,
    handoffTo: span.handoffTo,
    requestedCalls: isLlm ? requestedCallsOf(span.outputMessages) : [],
    said: speaks ? saidOf(span) : '',
    argumentValues: relates ? argumentValuesOf(span) : [],
    unresolved: span.conversationId === '' || span.agent === '' || span.release === '',
  };
}
