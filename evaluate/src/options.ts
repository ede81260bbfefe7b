import { type FleetMix, presetFor } from '@spanwise/simulate';

export interface EvaluationOptions extends FleetMix {
  readonly preset: string;
  readonly sessions: number;
  /** `all` that the mix has, or the only one */
  readonly convention: string;
  /** When the fleet begins to live, milliseconds since the epoch; default 5 January 2026 */
  readonly startMs?: number;
}

/** When the fleet begins to live, unless told otherwise. */
export const START_MS = Date.UTC(2026, 0, 5, 6);
/** Of all sessions at most this share comes before the first fault. */
const MOST_FAULTLESS = 0.1;
const DAY_MS = 86_400_000;
/** Users come back after up to four days. */
const RETURN_DAYS = 5;

/** The fleet that is evaluated. @throws RangeError for a preset that there is not, or what else cannot be */
export function mixOf({ convention, sessions, startMs: _, ...mix }: EvaluationOptions): FleetMix {
  const { faultlessSessions } = presetFor(mix);
  return {
    ...mix,
    faultlessSessions: Math.min(faultlessSessions, Math.floor(sessions * MOST_FAULTLESS)),
    ...(convention === 'all' ? {} : { conventions: [convention] }),
  };
}

/** A start so long ago that the fleet has lived before `nowMs`, and no longer: tables forget what is months old. */
export function recentStart(options: EvaluationOptions, nowMs: number): number {
  const { sessionsPerDay } = presetFor(mixOf(options));
  const days = Math.ceil((1.5 * options.sessions) / sessionsPerDay) + RETURN_DAYS;
  return (Math.floor(nowMs / DAY_MS) - days) * DAY_MS;
}
