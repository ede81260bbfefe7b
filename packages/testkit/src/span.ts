import { createHash } from 'node:crypto';
import type { Span } from '@spanwise/schemas';

/** Start of every built trace: 2026-01-05T10:00:00Z, in microseconds. */
export const EPOCH_US = 1_767_607_200_000_000;

const hexDigits = (text: string, digits: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, digits);

/** A trace id, the same for the same seed. */
export const traceIdOf = (seed: string): string => hexDigits(`trace ${seed}`, 32);

/** A span id, the same for the same seed. */
export const spanIdOf = (seed: string): string => hexDigits(`span ${seed}`, 16);

/** 16 hex digits over a text, as the digests of a span are. */
export const testDigest = (text: string): string => hexDigits(text, 16);

/** A valid Span with every field set: what is not given is absent in the sense of the schema. */
export function span(overrides: Partial<Span> = {}): Span {
  const startTime = overrides.startTime ?? EPOCH_US;
  const durationNs = overrides.durationNs ?? 1_000_000;
  return {
    tenant: 'default',
    traceId: traceIdOf('1'),
    spanId: spanIdOf('1'),
    parentSpanId: '',
    traceState: '',
    flags: 1,
    name: 'step',
    kind: 'step',
    otelKind: 'internal',
    originalTimes: '',
    receivedTime: startTime + Math.ceil(durationNs / 1_000) + 5_000,
    status: 'unset',
    statusMessage: '',
    failed: false,
    errorType: '',
    errorMessage: '',
    conversationId: '',
    agent: '',
    release: '',
    environment: '',
    userId: '',
    workflow: '',
    service: 'agents',
    tool: '',
    toolCallId: '',
    toolArguments: '',
    toolArgumentsDigest: '',
    toolResult: '',
    toolResultDigest: '',
    model: '',
    provider: '',
    inputTokens: null,
    outputTokens: null,
    cacheReadTokens: null,
    cacheWriteTokens: null,
    costUsd: null,
    finishReason: '',
    inputMessages: '',
    outputMessages: '',
    systemInstructions: '',
    toolDefinitions: '',
    toolDefinitionsDigest: '',
    handoffFrom: '',
    handoffTo: '',
    retryAttempt: null,
    memoryStore: '',
    memoryRecord: '',
    contextCompacted: false,
    convention: 'otel_genai',
    scopeName: '',
    scopeVersion: '',
    links: '',
    events: '',
    attributes: '',
    resource: '',
    droppedCount: 0,
    cut: [],
    ...overrides,
    startTime,
    durationNs,
  };
}
