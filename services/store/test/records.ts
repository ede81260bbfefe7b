import type { Finding, Run, Session, Span, SpanRevision, StepStats } from '@spanwise/schemas';
import { EPOCH_US, span, spanIdOf, traceIdOf } from '@spanwise/testkit/spans';

/** Recent, or retention would drop the rows at once */
export const RECEIVED_US =
  Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth(), new Date().getUTCDate()) * 1000;

/** `n` spans of runs of ten; ids are functions of `from + i`. */
export function spans(n: number, from = 0, fields: Partial<Span> = {}): Span[] {
  return Array.from({ length: n }, (_, i) => {
    const id = from + i;
    return span({
      traceId: traceIdOf(`run ${Math.floor(id / 10)}`),
      spanId: spanIdOf(`span ${id}`),
      name: `step ${id}`,
      startTime: EPOCH_US + id * 1000,
      receivedTime: RECEIVED_US + id * 1000,
      durationNs: 5_000_000,
      ...fields,
    });
  });
}

export function revisionOf(
  { tenant, traceId, spanId, receivedTime }: Span,
  fields: Partial<SpanRevision>,
): SpanRevision {
  return {
    tenant,
    traceId,
    spanId,
    receivedTime,
    resolvedSessionId: null,
    resolvedAgent: null,
    resolvedRelease: null,
    revision: 1,
    ...fields,
  };
}

export function run(id: string, fields: Partial<Run> = {}): Run {
  return {
    tenant: 'default',
    traceId: traceIdOf(id),
    revision: 1,
    continuation: 0,
    sessionId: `session of ${id}`,
    linkedTraceIds: [traceIdOf('linked')],
    agent: 'planner',
    agents: ['planner', 'coder'],
    release: '1.2',
    environment: 'test',
    workflow: 'w',
    userId: 'u',
    service: 's',
    startTime: EPOCH_US,
    durationNs: 2_500_000_000,
    receivedTime: RECEIVED_US,
    closedTime: EPOCH_US + 60_000_000,
    rootSeen: true,
    rootSpanId: spanIdOf('root'),
    verdict: 'correct',
    previousVerdict: '',
    failureProbability: 0.25,
    reasons: [
      {
        pattern: 'retry_storm',
        findingId: 'f1',
        weight: 1.5,
        traceId: traceIdOf(id),
        spanId: spanIdOf('x'),
        summary: 'Tried 9 times',
      },
      {
        pattern: 'recovery',
        findingId: 'f2',
        weight: -0.5,
        traceId: traceIdOf(id),
        spanId: spanIdOf('y'),
        summary: 'Came back',
      },
    ],
    rootCauseSpanId: spanIdOf('x'),
    spanCount: 12,
    llmCalls: 4,
    toolCalls: 5,
    errorCount: 1,
    findingCount: 1,
    inputTokens: 1000,
    outputTokens: 200,
    costUsd: 0.0125,
    coverage: '{}',
    ...fields,
  };
}

export function session(id: string, fields: Partial<Session> = {}): Session {
  const {
    sessionId: _s,
    traceId,
    continuation: _c,
    linkedTraceIds: _l,
    agents: _a,
    service: _v,
    closedTime,
    rootSeen: _r,
    rootSpanId: _p,
    coverage: _o,
    ...shared
  } = run(id);
  return {
    ...shared,
    sessionId: id,
    final: false,
    runCount: 1,
    traceIds: [traceId],
    judgedTime: closedTime,
    rootCauseTraceId: traceId,
    ...fields,
  };
}

export function finding(id: string, fields: Partial<Finding> = {}): Finding {
  return {
    tenant: 'default',
    findingId: id,
    revision: 1,
    withdrawn: false,
    supersededBy: '',
    pattern: 'retry_storm',
    scope: 'run',
    severity: 'high',
    confidence: 0.9,
    traceId: traceIdOf(id),
    spanId: spanIdOf(id),
    rootCauseTraceId: traceIdOf(id),
    rootCauseSpanId: spanIdOf(id),
    sessionId: 'c1',
    agent: 'planner',
    release: '1.2',
    environment: 'test',
    workflow: '',
    tool: 'search',
    step: 'planner/tool/search',
    summary: 'Tried 9 times',
    evidence: '{"type":"retries"}',
    eventTime: EPOCH_US,
    receivedTime: RECEIVED_US,
    detectedTime: EPOCH_US,
    ...fields,
  };
}

/** Step statistics of durations in ns, with the sketch that their schema describes. */
export function stepStats(durationsNs: number[], fields: Partial<StepStats> = {}): StepStats {
  const gamma = 1.01 / 0.99;
  const buckets = new Map<number, number>();
  for (const ns of durationsNs) {
    const index = Math.ceil(Math.log(ns) / Math.log(gamma));
    buckets.set(index, (buckets.get(index) ?? 0) + 1);
  }
  return {
    tenant: 'default',
    minute: EPOCH_US,
    receivedTime: RECEIVED_US,
    agent: 'planner',
    kind: 'tool',
    tool: 'search',
    model: '',
    release: '1.2',
    environment: 'test',
    spanCount: durationsNs.length,
    errorCount: 1,
    inputTokens: 10,
    outputTokens: 5,
    costUsd: 0.5,
    durationSumNs: durationsNs.reduce((sum, ns) => sum + ns, 0),
    durationMaxNs: Math.max(...durationsNs),
    durationBuckets: [...buckets.keys()],
    durationCounts: [...buckets.values()],
    ...fields,
  };
}
