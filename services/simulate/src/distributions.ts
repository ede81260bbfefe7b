import type { Random } from './random.ts';

/** A latency: log-normal, as those of services are, and cut off so that no run outlasts its welcome. Milliseconds. */
export interface Latency {
  readonly medianMs: number;
  /** Standard deviation of the logarithm */
  readonly spread: number;
  readonly mostMs: number;
}

export const inferenceLatency: Latency = { medianMs: 550, spread: 0.5, mostMs: 3_500 };
export const lookupLatency: Latency = { medianMs: 60, spread: 0.6, mostMs: 900 };
export const changeLatency: Latency = { medianMs: 140, spread: 0.6, mostMs: 1_500 };
export const searchLatency: Latency = { medianMs: 220, spread: 0.5, mostMs: 1_800 };

/** Standard normal: Box and Muller's transform. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
}

/** Milliseconds, to the microsecond. */
export function latency({ medianMs, spread, mostMs }: Latency, random: Random): number {
  const drawn = medianMs * Math.exp(spread * normal(random));
  return Math.round(Math.min(Math.max(drawn, 1), mostMs) * 1_000) / 1_000;
}
