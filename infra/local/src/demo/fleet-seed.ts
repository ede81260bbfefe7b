/** The fleet that the documentation shows */
const FIRST_SEED = 1;
/** Seeds have nine digits at most. */
const SEEDS = 999_999_999;

/**
 * The seed of a demo's fleet. A seed gives spans of the same ids each time, which tables that have them take for sent
 * again; so one fleet after another on the same tables gets a seed of its own, unless somebody asks for one.
 *
 * @param nowMs milliseconds since the epoch
 */
export function fleetSeed(asked: number | undefined, hasSpans: boolean, nowMs: number): number {
  if (asked !== undefined) return asked;
  return hasSpans ? (Math.floor(nowMs) % SEEDS) + FIRST_SEED : FIRST_SEED;
}
