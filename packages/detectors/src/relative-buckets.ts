/** Buckets of quantities by their relative size: any value of a bucket is at most `accuracy` away from its middle. */
export interface RelativeBuckets {
  /** Index of a positive value's bucket. */
  bucketOf(value: number): number;
  /** Middle of a bucket. */
  valueOf(bucket: number): number;
}

/**
 * The buckets of DDSketch (Masson, Rim, Lee: "DDSketch", VLDB 2019): a value falls into bucket i = ⌈log_γ(value)⌉ with
 * γ = (1 + accuracy) / (1 − accuracy). Buckets of two sketches of one accuracy are merged by adding their counts.
 *
 * @param accuracy relative, between 0 and 1
 */
export function relativeBuckets(accuracy: number): RelativeBuckets {
  const gamma = (1 + accuracy) / (1 - accuracy);
  const perLog = 1 / Math.log(gamma);
  return {
    bucketOf: (value) => Math.ceil(Math.log(value) * perLog),
    valueOf: (bucket) => (2 * gamma ** bucket) / (gamma + 1),
  };
}
