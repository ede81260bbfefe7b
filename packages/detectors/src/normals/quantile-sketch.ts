import { relativeBuckets } from '../relative-buckets.ts';

/**
 * How often values of each size were seen, as plain JSON: bucket, count, bucket, count …, by bucket. Values are known to 5 %,
 * which is less than what bounds are widened by; a sketch of ordinary values takes some 20 buckets.
 */
export type QuantileSketch = number[];

const ACCURACY = 0.05;
const buckets = relativeBuckets(ACCURACY);
/** From the middle of a bucket to its ends. */
const TO_UPPER_END = 1 / (1 - ACCURACY);
const TO_LOWER_END = 1 / (1 + ACCURACY);

/** Bucket of everything that is not positive, below all others. */
const NOTHING = -10_000;
/** Where there are more, the lowest are joined: upper quantiles stay exact. */
const MOST_BUCKETS = 128;

/** Counts a value in, in place. */
export function addValue(sketch: QuantileSketch, value: number): void {
  addCount(sketch, value > 0 ? buckets.bucketOf(value) : NOTHING, 1);
}

function addCount(sketch: QuantileSketch, bucket: number, count: number): void {
  let at = sketch.length;
  while (at > 0 && (sketch[at - 2] as number) >= bucket) at -= 2;
  if (sketch[at] === bucket) sketch[at + 1] = (sketch[at + 1] as number) + count;
  else {
    sketch.splice(at, 0, bucket, count);
    if (sketch.length > 2 * MOST_BUCKETS) {
      const [, lowest = 0] = sketch.splice(0, 2);
      sketch[1] = (sketch[1] as number) + lowest;
    }
  }
}

/** Values that were counted. */
export function countIn(sketch: QuantileSketch): number {
  let count = 0;
  for (let i = 1; i < sketch.length; i += 2) count += sketch[i] as number;
  return count;
}

/** A value, at most a tenth too high and never too low, that this share of all values does not exceed; 0 of an empty sketch. */
export const quantileOf = (sketch: QuantileSketch, share: number): number => middleOf(sketch, share) * TO_UPPER_END;

/** The same, at most a tenth too low and never too high. */
export const lowQuantileOf = (sketch: QuantileSketch, share: number): number => middleOf(sketch, share) * TO_LOWER_END;

function middleOf(sketch: QuantileSketch, share: number): number {
  let left = share * countIn(sketch);
  for (let i = 0; i < sketch.length; i += 2) {
    left -= sketch[i + 1] as number;
    if (left > 1e-9 && i + 2 < sketch.length) continue;
    const bucket = sketch[i] as number;
    return bucket === NOTHING ? 0 : buckets.valueOf(bucket);
  }
  return 0;
}

/** Forgets half of what was seen, in place. */
export function halveSketch(sketch: QuantileSketch): void {
  let kept = 0;
  for (let i = 0; i < sketch.length; i += 2) {
    const half = (sketch[i + 1] as number) >> 1;
    if (half === 0) continue;
    sketch[kept] = sketch[i] as number;
    sketch[kept + 1] = half;
    kept += 2;
  }
  sketch.length = kept;
}

/** Adds what another sketch has seen, in place. */
export function addSketch(sketch: QuantileSketch, other: QuantileSketch): void {
  for (let i = 0; i < other.length; i += 2) addCount(sketch, other[i] as number, other[i + 1] as number);
}
