import type { FleetMix } from '@spanwise/simulate';
import { presetOf } from '@spanwise/simulate';

export interface EvaluationOptions {
  readonly preset: string;
  readonly sessions: number;
  readonly seed: number;
  /** `all`, or the only one */
  readonly convention: string;
  readonly faults?: readonly string[];
  readonly faultShare?: number;
  readonly negativeShare?: number;
}

/** When the fleet begins to live. */
export const START_MS = Date.UTC(2026, 0, 5, 6);
/** Of all sessions at most this share comes before the first fault. */
const MOST_FAULTLESS = 0.1;

/** The fleet that is evaluated. @throws RangeError for a preset that there is not */
export function mixOf({ convention, sessions, ...options }: EvaluationOptions): FleetMix {
  const { faultlessSessions } = presetOf(options.preset);
  return {
    ...options,
    faultlessSessions: Math.min(faultlessSessions, Math.floor(sessions * MOST_FAULTLESS)),
    ...(convention === 'all' ? {} : { conventions: [convention] }),
  };
}
