import { relativeBuckets } from '@spanwise/detectors';

/** Relative accuracy 1 %: ClickHouse, which only ever sums the counts of buckets, knows it too. */
const buckets = relativeBuckets(0.01);

/** Bucket index of a duration in nanoseconds; everything up to 1 ns is bucket 0. */
export const bucketOf = (durationNs: number): number => (durationNs <= 1 ? 0 : buckets.bucketOf(durationNs));

/** Middle of a bucket in nanoseconds: at most 1 % from any duration in it. */
export const bucketValue = (index: number): number => buckets.valueOf(index);
