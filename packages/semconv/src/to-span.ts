import type { OtlpSpan } from '@spanwise/otlp';
import type { OtelSpanKind, Span, SpanKind, SpanStatus } from '@spanwise/schemas';
import { callPayload, NO_CALL } from './call-payload.ts';
import { Cuts, caps } from './caps.ts';
import { Concept } from './concept.ts';
import { conversation } from './conversation.ts';
import { failure } from './failure.ts';
import { handoff, isHandoffSpanName } from './handoff.ts';
import { identity } from './identity.ts';
import { listOf } from './indexed.ts';
import { isObject, parseJson } from './json.ts';
import { classify, toolNameOf } from './kind.ts';
import { type EventContent, readEventContent, withDetails } from './message-events.ts';
import { attributesText, eventsText, linksText } from './remainder.ts';
import type { ResourceContext } from './resource-context.ts';
import { times } from './times.ts';
import { STATED_TOOL_ERROR, type ToolCall } from './tool-call.ts';
import { toolDefinitions } from './tool-definitions.ts';
import { usage } from './usage.ts';
import { Values } from './values.ts';

/** What only the gateway knows about a span. */
export interface Arrival {
  tenant: string;
  /** Microseconds since the epoch */
  receivedTimeUs: number;
}

const OTEL_KINDS: readonly OtelSpanKind[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUSES: readonly SpanStatus[] = ['unset', 'ok', 'error'];

/** Kinds whose input and output are arguments and result, to be judged as a tool's are. */
const CALLS: ReadonlySet<SpanKind> = new Set<SpanKind>(['tool', 'handoff', 'retrieval', 'memory']);

/**
 * One OTLP span, in whatever convention, as ours. Never throws for what an agent sent: what is not understood stays in
 * `attributes`, what is too long is cut and noted in `cut`, what is impossible is clamped and noted in `originalTimes`.
 */
export function toSpan(span: OtlpSpan, context: ResourceContext, at: Arrival): Span {
  const cuts = new Cuts();
  const values = new Values(span.events.length > 0 ? withDetails(span) : span.attributes);
  const { kind, isInference } = classify(span, values, context.scopeName, context.scopeVersion);
  const isCall = CALLS.has(kind);
  const content = span.events.length > 0 ? readEventContent(span.events, isCall) : undefined;
  const who = identity(span, kind, values, context, cuts);
  const tool = isCall ? toolName(span, kind, values, cuts) : '';
  const call = isCall ? callPayload(kind, tool, values, content, cuts) : NO_CALL;
  const failed = failure(span, values, cuts);
  const statedError = call.statedError && !failed.failed;
  const tokens = usage(values, isInference);
  const definitions = offeredTools(values);
  const talk = conversation(values, content, kind, cuts);
  const handover = handoff({ name: span.name, kind, tool, agent: who.agent }, values, call, cuts);
  const payload = handover.named ? NO_CALL : call;
  const time = times(span.startTime, span.endTime, at.receivedTimeUs);
  const ownIdentity = who.release !== context.identity.release || who.environment !== context.identity.environment;

  return {
    tenant: at.tenant,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    traceState: cuts.text('traceState', span.traceState, caps.traceState),
    flags: span.flags | 0,
    name: cuts.text('name', span.name, caps.name),
    kind,
    otelKind: OTEL_KINDS[span.kind] ?? 'unspecified',
    startTime: time.startTime,
    durationNs: time.durationNs,
    originalTimes: time.originalTimes,
    receivedTime: at.receivedTimeUs,
    status: STATUSES[span.status.code] ?? 'unset',
    statusMessage: cuts.text('statusMessage', span.status.message, caps.statusMessage),
    failed: failed.failed,
    errorType: statedError ? STATED_TOOL_ERROR : failed.errorType,
    errorMessage: statedError ? call.toolResult.slice(0, caps.errorMessage).toWellFormed() : failed.errorMessage,
    conversationId: who.conversationId,
    agent: who.agent,
    release: who.release,
    environment: who.environment,
    userId: who.userId,
    workflow: who.workflow,
    service: context.service,
    tool,
    toolCallId: isCall ? callId(values, content, call, cuts) : '',
    toolArguments: payload.toolArguments,
    toolArgumentsDigest: payload.toolArgumentsDigest,
    toolResult: payload.toolResult,
    toolResultDigest: payload.toolResultDigest,
    model: who.model,
    provider: who.provider,
    inputTokens: tokens.inputTokens,
    outputTokens: tokens.outputTokens,
    cacheReadTokens: tokens.cacheReadTokens,
    cacheWriteTokens: tokens.cacheWriteTokens,
    costUsd: tokens.costUsd,
    finishReason: talk.finishReason,
    inputMessages: talk.inputMessages,
    outputMessages: talk.outputMessages,
    systemInstructions: talk.systemInstructions,
    toolDefinitions: cuts.json('toolDefinitions', definitions.text, caps.toolDefinitions),
    toolDefinitionsDigest: definitions.digest,
    handoffFrom: handover.handoffFrom,
    handoffTo: handover.handoffTo,
    retryAttempt: retryAttempt(values),
    memoryStore: cuts.text('memoryStore', values.takeText(Concept.memoryStore), caps.id),
    memoryRecord: cuts.text('memoryRecord', values.takeText(Concept.memoryRecord), caps.id),
    contextCompacted: isTrue(values.take(Concept.contextCompacted)),
    convention: values.convention,
    scopeName: context.scopeName,
    scopeVersion: context.scopeVersion,
    links: linksText(span.links, cuts),
    events: eventsText(span.events, content?.used, failed.represented, cuts),
    attributes: attributesText(values.remainder(), cuts),
    resource: ownIdentity ? context.wholeResource : context.resource,
    droppedCount: Math.min(span.droppedCount, 0x7fffffff),
    cut: context.cuts.list.length > 0 ? [...context.cuts.list, ...cuts.list] : cuts.list,
  };
}

function toolName(span: OtlpSpan, kind: SpanKind, values: Values, cuts: Cuts): string {
  const stated = values.takeText(Concept.tool);
  if (stated !== '') return cuts.text('tool', stated, caps.name);
  // A span `handoff to X` is no tool's, a retrieval has no tool
  if (kind !== 'tool' && (kind !== 'handoff' || isHandoffSpanName(span.name))) return '';
  const named = values.takeText(Concept.entityName) || toolNameOf(span.name);
  return cuts.text('tool', named, caps.name);
}

function callId(values: Values, content: EventContent | undefined, call: ToolCall, cuts: Cuts): string {
  const id = values.takeText(Concept.toolCallId) || content?.toolCallId || call.toolCallId;
  return id === '' ? '' : cuts.text('toolCallId', id, caps.id);
}

/** Offered tools: of their own attribute, spelt out, or among a request's parameters. */
function offeredTools(values: Values): { text: string; digest: string } {
  const direct = values.take(Concept.toolDefinitions);
  if (direct !== undefined) return toolDefinitions(direct);
  if (values.hasIndexed(Concept.toolDefinitions)) {
    return toolDefinitions(listOf(values.takeIndexed(Concept.toolDefinitions)));
  }
  const parameters = values.peek(Concept.invocationParameters);
  if (typeof parameters !== 'string' || !parameters.includes('tools"')) return toolDefinitions(undefined);
  const parsed = parseJson(parameters);
  return toolDefinitions(isObject(parsed) ? (parsed.tools ?? parsed.function_tools) : undefined);
}

function retryAttempt(values: Values): number | null {
  const attempt = values.takeNumber(Concept.retryAttempt);
  return attempt !== null && Number.isInteger(attempt) && attempt > 0 && attempt < 0x7fffffff ? attempt : null;
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}
