import type { Interval } from './interval.ts';

/**
 * How much is known of whether a quantity lies above a bound: `established`, an interval that may be looked at all the time lies above it;
 * `hint`, one does that holds for a single look; `insufficient` otherwise.
 */
export type EvidenceLevel = 'insufficient' | 'hint' | 'established';

/**
 * @param once an interval for a single look
 * @param always one that holds at all times at once
 */
export function levelAbove(bound: number, once: Interval, always: Interval): EvidenceLevel {
  if (always.low > bound) return 'established';
  return once.low > bound ? 'hint' : 'insufficient';
}
