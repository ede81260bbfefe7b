import type { Finding, Run } from '@spanwise/schemas';
import { asLong } from '../largest-long.ts';
import type { RunMeta } from '../run-model/run-meta.ts';
import type { RunModel } from '../run-model/run-model.ts';
import type { Judgement } from './verdict.ts';

/** Patterns that see nothing without a kind of content. */
export const BLIND_WITHOUT: ReadonlyArray<readonly [keyof RunMeta['seen'], readonly string[]]> = [
  ['results', ['masked_tool_error', 'no_progress_loop', 'misread_output', 'duplicate_work']],
  ['arguments', ['retry_storm', 'tool_misrouting', 'duplicate_side_effect', 'serialization_loss']],
  ['messages', ['malformed_output', 'context_truncation', 'ungrounded_argument']],
];

const share = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((part / whole) * 1e3) / 1e3;

/**
 * JSON object: share of the spans that could carry each kind of content and did, and the patterns that are blind; and, where
 * there are any, the spans that were forgotten before the end, because there were too many or they came too late.
 */
function coverageOf(meta: RunMeta, alsoBlind: readonly string[]): string {
  const { seen, released: spans, toolCalls, llmCalls } = meta;
  const shares = {
    agent: share(seen.agent, spans),
    session: share(seen.session, spans),
    arguments: share(seen.arguments, toolCalls),
    results: share(seen.results, toolCalls),
    tokens: share(seen.tokens, llmCalls),
    messages: share(seen.messages, llmCalls),
    parent: share(seen.parent, Math.max(0, spans - 1)),
  };
  const blind = [
    ...BLIND_WITHOUT.flatMap(([content, patterns]) => (shares[content] === 0 ? patterns : [])),
    ...alsoBlind,
  ];
  return JSON.stringify({ ...shares, blind, ...(meta.dropped > 0 ? { forgotten: meta.dropped } : {}) });
}

/**
 * The Run record of a judgement.
 *
 * @param blind patterns that say of themselves that they could see nothing of what they judge
 */
export function runRecord(
  run: RunModel,
  judgement: Judgement,
  standing: Iterable<Finding>,
  revision: number,
  blind: readonly string[],
): Run {
  const { meta, root } = run;
  let findingCount = 0;
  for (const finding of standing) if (finding.severity !== 'info') findingCount++;
  return {
    tenant: run.tenant,
    traceId: run.traceId,
    revision,
    continuation: meta.continuation,
    sessionId: run.sessionId,
    linkedTraceIds: [...meta.links],
    agent: run.agent,
    agents: [...meta.agents.names],
    release: meta.release,
    environment: meta.environment,
    workflow: meta.workflow,
    userId: meta.userId,
    service: meta.service,
    startTime: meta.start,
    durationNs: asLong((meta.end - meta.start) * 1000),
    receivedTime: meta.firstReceived,
    closedTime: run.now * 1000,
    rootSeen: meta.rootSpanId !== '',
    rootSpanId: root?.spanId ?? meta.rootSpanId,
    verdict: judgement.verdict,
    previousVerdict: meta.judged?.verdict ?? '',
    failureProbability: judgement.failureProbability,
    reasons: judgement.reasons,
    rootCauseSpanId: judgement.rootCauseSpanId,
    spanCount: meta.released,
    llmCalls: meta.llmCalls,
    toolCalls: meta.toolCalls,
    errorCount: meta.errors,
    findingCount,
    inputTokens: asLong(meta.inputTokens),
    outputTokens: asLong(meta.outputTokens),
    costUsd: meta.costUsd,
    coverage: coverageOf(meta, blind),
  };
}
