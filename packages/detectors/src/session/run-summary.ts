import type { Measure, Reason, Run, Verdict } from '@spanwise/schemas';

/** What a session keeps of a run: small, JSON. */
export interface RunSummary {
  traceId: string;
  revision: number;
  start: number;
  /** Microseconds since the epoch. */
  end: number;
  verdict: Verdict;
  failureProbability: number;
  /** The weightiest, at most 8. */
  reasons: Reason[];
  rootCauseSpanId: string;
  counts: RunCounts;
  /** Evidence other than findings; absent where there is none. */
  measures?: readonly Measure[];
}

export interface RunCounts {
  spanCount: number;
  llmCalls: number;
  toolCalls: number;
  errorCount: number;
  findingCount: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
}

export const noCounts = (): RunCounts => ({
  spanCount: 0,
  llmCalls: 0,
  toolCalls: 0,
  errorCount: 0,
  findingCount: 0,
  inputTokens: 0,
  outputTokens: 0,
  costUsd: 0,
});

/** Adds `more` to `counts` in place. */
export function addCounts(counts: RunCounts, more: RunCounts): void {
  for (const name of Object.keys(counts) as (keyof RunCounts)[]) counts[name] += more[name];
}

/** @param measures evidence other than findings, at most 16 are kept */
export function summaryOf(run: Run, measures: readonly Measure[] = []): RunSummary {
  return {
    traceId: run.traceId,
    revision: run.revision,
    start: run.startTime,
    end: run.startTime + Math.round(run.durationNs / 1000),
    verdict: run.verdict,
    failureProbability: run.failureProbability,
    reasons: run.reasons.slice(0, 8),
    rootCauseSpanId: run.rootCauseSpanId,
    ...(measures.length > 0 ? { measures: measures.slice(0, 16) } : {}),
    counts: {
      spanCount: run.spanCount,
      llmCalls: run.llmCalls,
      toolCalls: run.toolCalls,
      errorCount: run.errorCount,
      findingCount: run.findingCount,
      inputTokens: run.inputTokens,
      outputTokens: run.outputTokens,
      costUsd: run.costUsd,
    },
  };
}
