import type { Span } from '@spanwise/schemas';

const COUNTS = ['durationNs', 'inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens', 'costUsd'] as const;

const isPossible = (value: number | null): boolean =>
  value === null || (value >= 0 && value < Number.POSITIVE_INFINITY);

/**
 * What a span says that no span can, in words; undefined where all is possible. `ingest` lets none of it pass, but other
 * producers write to the topic, too: one NaN or negative count would spoil the sums of a run, a table and a counter for good.
 */
export function impossibleQuantity(span: Span): string | undefined {
  const { durationNs, inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, costUsd } = span;
  if (
    isPossible(durationNs) &&
    isPossible(inputTokens) &&
    isPossible(outputTokens) &&
    isPossible(cacheReadTokens) &&
    isPossible(cacheWriteTokens) &&
    isPossible(costUsd)
  )
    return undefined;
  const name = COUNTS.find((count) => !isPossible(span[count]));
  return name && `${name} is ${span[name]}, must be ≥ 0`;
}
