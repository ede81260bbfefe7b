import { type FleetMix, presetFor } from '@spanwise/simulate';

export interface EvaluationOptions extends FleetMix {
  readonly preset: string;
  readonly sessions: number;
  /** Conversations without faults that come before those: what is normal has to be seen before what is not. Default 0 */
  readonly history?: number;
  /** `all` that the mix has, or the only one */
  readonly convention: string;
  /** When the fleet begins to live, milliseconds since the epoch; default 5 January 2026 */
  readonly startMs?: number;
}

/** When the fleet begins to live, unless told otherwise. */
export const START_MS = Date.UTC(2026, 0, 5, 6);
const DAY_MS = 86_400_000;
/** Users come back after up to four days. */
const RETURN_DAYS = 5;

/** The fleet that is evaluated. @throws RangeError for a preset that there is not, or what else cannot be */
export function mixOf({ convention, sessions: _, history = 0, startMs: __, ...mix }: EvaluationOptions): FleetMix {
  return {
    ...mix,
    faultlessSessions: history,
    ...(convention === 'all' ? {} : { conventions: [convention] }),
  };
}

/** Conversations that the fleet has, its history included. */
export const sessionsLived = ({ sessions, history = 0 }: EvaluationOptions): number => sessions + history;

/** A start so long ago that the fleet has lived before `nowMs`, and no longer: tables forget what is months old. */
export function recentStart(options: EvaluationOptions, nowMs: number): number {
  const { sessionsPerDay } = presetFor(mixOf(options));
  const days = Math.ceil((1.5 * sessionsLived(options)) / sessionsPerDay) + RETURN_DAYS;
  return (Math.floor(nowMs / DAY_MS) - days) * DAY_MS;
}
