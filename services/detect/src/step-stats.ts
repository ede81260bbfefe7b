import type { StepStats } from '@spanwise/schemas';
import { bucketOf } from './duration-sketch.ts';
import type { StepSample } from './step-sample.ts';

const MINUTE_US = 60_000_000;
/** The largest sum that a record holds; a span whose clock stood at zero takes a third of it and more. */
const LARGEST_SUM = Number.MAX_SAFE_INTEGER - 1;

/** Sums samples per minute × step between two commits. What it gives out is a delta: it forgets it. */
export class StepStatsAggregator {
  readonly #entries = new Map<string, StepStats>();
  /** Sums to which no more could be added; deltas of one step may be several. */
  #full: StepStats[] = [];

  add(sample: StepSample): void {
    // a step keeps whole microseconds, which may round the longest duration up
    const durationNs = Math.min(sample.durationNs, LARGEST_SUM);
    const minute = Math.floor(sample.end / MINUTE_US) * MINUTE_US;
    const key = `${minute}\u0000${sample.tenant}\u0000${sample.agent}\u0000${sample.kind}\u0000${sample.tool}\u0000${sample.model}\u0000${sample.release}\u0000${sample.environment}`;
    let stats = this.#entries.get(key);
    if (stats && exceeds(stats, sample, durationNs)) {
      this.#full.push(stats);
      stats = undefined;
    }
    if (!stats) {
      stats = emptyStats(sample, minute);
      this.#entries.set(key, stats);
    }
    stats.spanCount++;
    if (sample.failed) stats.errorCount++;
    stats.inputTokens += sample.inputTokens;
    stats.outputTokens += sample.outputTokens;
    stats.costUsd += sample.costUsd;
    stats.durationSumNs += durationNs;
    if (durationNs > stats.durationMaxNs) stats.durationMaxNs = durationNs;
    countIn(stats, bucketOf(durationNs));
  }

  /** All sums since the last call, stamped with the log time in microseconds. */
  flush(nowUs: number): StepStats[] {
    const flushed = [...this.#full, ...this.#entries.values()];
    for (const stats of flushed) stats.receivedTime = nowUs;
    this.#entries.clear();
    this.#full = [];
    return flushed;
  }
}

/** Buckets stand in order, since few are used of the thousands that there could be. */
function countIn({ durationBuckets, durationCounts }: StepStats, bucket: number): void {
  let low = 0;
  let high = durationBuckets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((durationBuckets[middle] as number) < bucket) low = middle + 1;
    else high = middle;
  }
  if (durationBuckets[low] === bucket) durationCounts[low] = (durationCounts[low] ?? 0) + 1;
  else {
    durationBuckets.splice(low, 0, bucket);
    durationCounts.splice(low, 0, 1);
  }
}

function exceeds(stats: StepStats, { inputTokens, outputTokens }: StepSample, durationNs: number): boolean {
  return (
    stats.inputTokens + inputTokens > LARGEST_SUM ||
    stats.outputTokens + outputTokens > LARGEST_SUM ||
    stats.durationSumNs + durationNs > LARGEST_SUM
  );
}

function emptyStats(sample: StepSample, minute: number): StepStats {
  return {
    tenant: sample.tenant,
    minute,
    receivedTime: 0,
    agent: sample.agent,
    kind: sample.kind,
    tool: sample.tool,
    model: sample.model,
    release: sample.release,
    environment: sample.environment,
    spanCount: 0,
    errorCount: 0,
    inputTokens: 0,
    outputTokens: 0,
    costUsd: 0,
    durationSumNs: 0,
    durationMaxNs: 0,
    durationBuckets: [],
    durationCounts: [],
  };
}
