/** The largest `long` that the Avro codec writes. */
const LARGEST_LONG = Number.MAX_SAFE_INTEGER - 1;

/**
 * A sum or a span of time as it fits a record. Clocks that stand at zero make runs of decades, and three lawful counts can
 * exceed what a record holds: that must not cost a run its verdict.
 */
export function asLong(value: number): number {
  return Math.min(value, LARGEST_LONG);
}
