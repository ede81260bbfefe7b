import type { StepStats } from '@spanwise/schemas';
import { bucketOf } from './duration-sketch.ts';
import type { StepSample } from './step-sample.ts';

const MINUTE_US = 60_000_000;
/** The largest sum that a record holds; a span whose clock stood at zero takes a third of it and more. */
const LARGEST_SUM = Number.MAX_SAFE_INTEGER - 1;
const SUMS = ['inputTokens', 'outputTokens', 'durationSumNs'] as const;

interface Entry {
  stats: StepStats;
  buckets: Map<number, number>;
}

/** Sums samples per minute × step between two commits. What it gives out is a delta: it forgets it. */
export class StepStatsAggregator {
  readonly #entries = new Map<string, Entry>();
  /** Sums to which no more could be added; deltas of one step may be several. */
  #full: Entry[] = [];

  add(given: StepSample): void {
    // a step keeps whole microseconds, which may round the longest duration up
    const sample = { ...given, durationNs: Math.min(given.durationNs, LARGEST_SUM) };
    const minute = Math.floor(sample.end / MINUTE_US) * MINUTE_US;
    const key = `${minute}\u0000${sample.tenant}\u0000${sample.agent}\u0000${sample.kind}\u0000${sample.tool}\u0000${sample.model}\u0000${sample.release}\u0000${sample.environment}`;
    let entry = this.#entries.get(key);
    if (entry && exceeds(entry.stats, sample)) {
      this.#full.push(entry);
      entry = undefined;
    }
    if (!entry) {
      entry = { stats: emptyStats(sample, minute), buckets: new Map() };
      this.#entries.set(key, entry);
    }
    const { stats, buckets } = entry;
    stats.spanCount++;
    if (sample.failed) stats.errorCount++;
    stats.inputTokens += sample.inputTokens;
    stats.outputTokens += sample.outputTokens;
    stats.costUsd += sample.costUsd;
    stats.durationSumNs += sample.durationNs;
    if (sample.durationNs > stats.durationMaxNs) stats.durationMaxNs = sample.durationNs;
    const bucket = bucketOf(sample.durationNs);
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
  }

  /** All sums since the last call, stamped with the log time in microseconds. */
  flush(nowUs: number): StepStats[] {
    const flushed: StepStats[] = [];
    for (const { stats, buckets } of [...this.#full, ...this.#entries.values()]) {
      const indices = [...buckets.keys()].sort((a, b) => a - b);
      flushed.push({
        ...stats,
        receivedTime: nowUs,
        durationBuckets: indices,
        durationCounts: indices.map((index) => buckets.get(index) ?? 0),
      });
    }
    this.#entries.clear();
    this.#full = [];
    return flushed;
  }
}

function exceeds(stats: StepStats, { inputTokens, outputTokens, durationNs }: StepSample): boolean {
  const added = { inputTokens, outputTokens, durationSumNs: durationNs };
  return SUMS.some((name) => stats[name] + added[name] > LARGEST_SUM);
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
