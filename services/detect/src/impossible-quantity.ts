import type { Span } from '@spanwise/schemas';

const COUNTS = ['durationNs', 'inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens', 'costUsd'] as const;

/**
 * What a span says that no span can, in words; undefined where all is possible. `ingest` lets none of it pass, but other
 * producers write to the topic, too: one NaN or negative count would spoil the sums of a run, a table and a counter for good.
 */
export function impossibleQuantity(span: Span): string | undefined {
  for (const name of COUNTS) {
    const value = span[name];
    if (value !== null && !(value >= 0 && value < Number.POSITIVE_INFINITY)) return `${name} is ${value}, must be ≥ 0`;
  }
  return undefined;
}
