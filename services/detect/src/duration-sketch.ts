/**
 * DDSketch with relative accuracy 1 % (Masson, Rim, Lee: "DDSketch", VLDB 2019): a duration falls into the bucket
 * i = ⌈log_γ(ns)⌉; buckets of two sketches are summed by index, so ClickHouse only ever sums.
 */
const GAMMA = 1.01 / 0.99;
const PER_LOG = 1 / Math.log(GAMMA);

/** Bucket index of a duration in nanoseconds; everything up to 1 ns is bucket 0. */
export function bucketOf(durationNs: number): number {
  return durationNs <= 1 ? 0 : Math.ceil(Math.log(durationNs) * PER_LOG);
}

/** Middle of a bucket in nanoseconds: at most 1 % from any duration in it. */
export function bucketValue(index: number): number {
  return (2 * GAMMA ** index) / (GAMMA + 1);
}
