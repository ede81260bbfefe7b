import type { Span } from '@spanwise/schemas';
import { convertResourceSpans } from '@spanwise/semconv';
import { departuresOf } from '../emit/departures.ts';
import { resourceSpansOf } from '../emit/requests.ts';
import { Random } from '../random.ts';
import type { SimulatedRun } from '../run.ts';

/** A span is released this long after it arrived, as `detect` does by default. Milliseconds. */
const REORDER_DELAY_MS = 1_000;

export interface Released {
  readonly span: Span;
  /** Log time, milliseconds. */
  readonly atMs: number;
}

/**
 * The spans of a run in the order in which detectors see them: exporters let them overtake each other, and when one falls
 * due, those that ended earlier by their own clocks go before it.
 */
export function releasedSpans(run: SimulatedRun, tenant = 'default'): Released[] {
  const arrivals = departuresOf(run, new Random(`delivery ${run.traceId}`))
    .toSorted((a, b) => a.dueMs - b.dueMs)
    .flatMap(({ dueMs, span: sent }) =>
      convertResourceSpans(resourceSpansOf([sent]), { tenant, receivedTimeUs: Math.round(dueMs * 1_000) }).map(
        (span) => ({ span, arrivedMs: dueMs }),
      ),
    );
  const released: Released[] = [];
  const held = new Set(arrivals);
  for (const due of arrivals) {
    if (!held.has(due)) continue;
    const atMs = due.arrivedMs + REORDER_DELAY_MS;
    const ready = [...held].filter(
      (each) => each === due || (each.arrivedMs <= atMs && endOf(each.span) < endOf(due.span)),
    );
    for (const each of ready.sort((a, b) => endOf(a.span) - endOf(b.span))) {
      released.push({ span: each.span, atMs });
      held.delete(each);
    }
  }
  return released;
}

const endOf = (span: Span): number => span.startTime + span.durationNs / 1_000;
