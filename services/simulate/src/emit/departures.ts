import { Random } from '../random.ts';
import type { RunSpan, SimulatedRun } from '../run.ts';

/** How long an exporter keeps a span before it leaves, milliseconds; well below the reorder delay of 1 s. */
const [LEAST_DELAY_MS, MOST_DELAY_MS] = [10, 450];
/** How much too late those come that do. */
const [LEAST_LATE_MS, MOST_LATE_MS] = [2_000, 20_000];

export interface Departure {
  readonly dueMs: number;
  readonly run: SimulatedRun;
  readonly span: RunSpan;
}

/**
 * When each span of a run leaves its process: after it has ended, delayed by its exporter, so that spans of different
 * services, and now and then of one, overtake each other. The root leaves after all that ended before it.
 *
 * @param lateShare share of services whose spans come seconds too late, beyond any reorder delay
 */
export function departuresOf(run: SimulatedRun, random: Random, lateShare = 0): Departure[] {
  const delays = new Map<string, number>();
  let lastMs = 0;
  const departures = run.spans.map((span) => {
    const { service } = span.source;
    const delay = delays.get(service) ?? random.between(LEAST_DELAY_MS, MOST_DELAY_MS);
    delays.set(service, delay);
    const jitter = random.chance(0.1) ? random.between(0, MOST_DELAY_MS) : 0;
    const isRoot = span.span.spanId === run.rootSpanId;
    const dueMs = isRoot ? Math.max(lastMs, span.endMs + delay) + 1 : span.endMs + delay + jitter;
    lastMs = Math.max(lastMs, dueMs);
    return { dueMs, run, span };
  });
  return lateShare === 0 ? departures : departures.map((departure) => late(departure, lateShare));
}

function late(departure: Departure, share: number): Departure {
  const { run, span, dueMs } = departure;
  const lot = new Random(`${run.traceId} ${span.source.service}`);
  return lot.chance(share) ? { ...departure, dueMs: dueMs + lot.between(LEAST_LATE_MS, MOST_LATE_MS) } : departure;
}
