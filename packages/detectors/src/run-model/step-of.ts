import type { Span, SpanKind } from '@spanwise/schemas';
import type { Step } from '../detector/step.ts';
import { hash64 } from '../identity-hash.ts';
import { argumentValuesOf } from '../reading/argument-values.ts';
import { type RequestedCall, requestedCallsOf } from '../reading/requested-calls.ts';
import { type JudgedResult, judgeResult } from '../reading/result-outcome.ts';
import { saidOf } from '../reading/said.ts';
import { givenOf, inputStatement, resultStatement } from '../reading/statement.ts';
import { withoutEscapes } from '../reading/terminal-text.ts';

/** OTLP span flags: the exporter states whether the parent is remote, and that it is. */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

const clip = (text: string): string => (text.length > 256 ? text.slice(0, 256) : text);

const NO_CALLS: RequestedCall[] = [];
const NO_VALUES: string[] = [];

/** Kinds whose result body is judged. */
const hasResult = (kind: SpanKind): boolean =>
  kind === 'tool' || kind === 'retrieval' || kind === 'memory' || kind === 'handoff';

/** `errorType` of a span without failure whose framework states inside the result that the call failed (LangChain, MCP). */
const STATED_TOOL_ERROR = 'tool_message_error';

function judgedResultOf(span: Span): JudgedResult {
  if (!span.failed && span.errorType === STATED_TOOL_ERROR) {
    return { outcome: 'error', detail: clip(withoutEscapes(span.errorMessage || span.toolResult)), confidence: 0.95 };
  }
  return judgeResult(span.toolResult, span.tool || span.name);
}

function requestKeyOf(span: Span): string {
  if (span.toolCallId !== '' || span.toolArguments === '') return '';
  return span.cut.some((cut) => cut.field === 'toolArguments') ? '' : hash64(`${span.tool} ${span.toolArguments}`);
}

/** What stands on the row of a step may be told better later. */
export const isUnresolved = ({
  conversation,
  agent,
  release,
}: Pick<Step, 'conversation' | 'agent' | 'release'>): boolean => conversation === '' || agent === '' || release === '';

/**
 * What a run keeps of a span.
 *
 * @param index order of release within its run, from 0
 * @param inTrouble something in the run has failed not long before: more is kept, by which reactions are recognised
 */
export function stepOf(span: Span, index: number, inTrouble = false): Step {
  const judged = hasResult(span.kind) ? judgedResultOf(span) : undefined;
  const isLlm = span.kind === 'llm';
  const isToolLike = hasResult(span.kind);
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
    errorMessage: clip(withoutEscapes(span.errorMessage || span.statusMessage)),
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
    requestedCalls: isLlm ? requestedCallsOf(span.outputMessages) : NO_CALLS,
    said: speaks ? saidOf(span) : '',
    given: isToolLike ? givenOf(span) : '',
    stated: isToolLike ? resultStatement(span) : isLlm ? inputStatement(span) : '',
    argumentValues: relates ? argumentValuesOf(span) : NO_VALUES,
    unresolved: span.conversationId === '' || span.agent === '' || span.release === '',
  };
}
