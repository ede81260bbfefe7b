import type { Random } from './random.ts';

/** From this seed on, fleets are for testing: detectors are developed on the seeds below. */
export const FIRST_TEST_SEED = 100;

const BANDS = 3;

/**
 * How strong a fault is, from 0 (barely one) to 1. Fleets of test seeds draw from other values than those of development
 * seeds: the range is cut into six bands, which they take in turn.
 */
export function strengthFor(seed: number, random: Random): number {
  const first = seed >= FIRST_TEST_SEED ? 1 : 0;
  return (2 * random.integer(0, BANDS - 1) + first + random.unit()) / (2 * BANDS);
}

/** A whole number between two, by strength. */
export const between = (least: number, most: number, strength: number): number =>
  least + Math.round((most - least) * strength);
