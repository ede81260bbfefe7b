import type { Span } from '@spanwise/schemas';

const QUANTITIES = [
  'startTime',
  'durationNs',
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'costUsd',
] as const;

/** µs since 1970, in the year 2255: what is computed from a later time is no integer that Avro's encoder writes. */
const LATEST_US = 9_000_000_000_000_000;

const isPossible = (value: number | null): boolean =>
  value === null || (value >= 0 && value < Number.POSITIVE_INFINITY);

/**
 * What a span says that no span can, in words; undefined where all is possible. `ingest` lets none of it pass, but other
 * producers write to the topic, too: one NaN or negative count would spoil the sums of a run, a table and a counter for good.
 */
export function impossibleQuantity(span: Span): string | undefined {
  const { startTime, durationNs, inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, costUsd } = span;
  if (
    isPossible(startTime) &&
    startTime + durationNs / 1000 <= LATEST_US &&
    isPossible(durationNs) &&
    isPossible(inputTokens) &&
    isPossible(outputTokens) &&
    isPossible(cacheReadTokens) &&
    isPossible(cacheWriteTokens) &&
    isPossible(costUsd)
  )
    return undefined;
  const name = QUANTITIES.find((quantity) => !isPossible(span[quantity]));
  if (name === undefined) return `it ends ${startTime + durationNs / 1000} µs after 1970, must be ≤ ${LATEST_US}`;
  return `${name} is ${span[name]}, must be ≥ 0`;
}
