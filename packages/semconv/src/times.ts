import type { OtlpTime } from '@spanwise/otlp';
import type { Span } from '@spanwise/schemas';
import { LARGEST_LONG } from './caps.ts';

/** No telemetry is older: 2000-01-01T00:00:00Z. Recorded runs are replayed years later, so the past is wide open. */
export const EARLIEST_US = 946_684_800_000_000;
/** Clocks ahead of ours are believed up to one day. */
export const FUTURE_US = 86_400_000_000;

/**
 * Start and duration in a possible range. Times outside [2000, received + 1 day], an end before the start and durations
 * beyond 104 days are clamped, and `originalTimes` keeps both as sent: no agent's
 * clock may stop a partition of ours.
 */
export function times(
  start: OtlpTime,
  end: OtlpTime,
  receivedTimeUs: number,
): Pick<Span, 'startTime' | 'durationNs' | 'originalTimes'> {
  const latest = receivedTimeUs + FUTURE_US;
  const duration = (end.micros - start.micros) * 1000 + (end.nanos - start.nanos);
  const possible =
    start.micros >= EARLIEST_US &&
    end.micros <= latest &&
    duration >= 0 &&
    duration <= LARGEST_LONG &&
    Number.isSafeInteger(start.micros);
  if (possible) return { startTime: start.micros, durationNs: duration, originalTimes: '' };
  const startTime = clamp(start.micros, latest);
  const clampedNs = (clamp(end.micros, latest) - startTime) * 1000 + (end.nanos - start.nanos);
  return {
    startTime,
    durationNs: Math.min(Math.max(0, clampedNs), LARGEST_LONG),
    originalTimes: `${nanoseconds(start)}/${nanoseconds(end)}`,
  };
}

function clamp(micros: number, latest: number): number {
  if (!(micros >= EARLIEST_US)) return EARLIEST_US;
  return Math.trunc(Math.min(micros, latest));
}

function nanoseconds({ micros, nanos }: OtlpTime): string {
  return Number.isInteger(micros) && Number.isInteger(nanos)
    ? (BigInt(micros) * 1000n + BigInt(nanos)).toString()
    : String(micros * 1000 + nanos);
}
