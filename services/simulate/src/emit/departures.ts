import type { Random } from '../random.ts';
import type { RunSpan, SimulatedRun } from '../run.ts';

/** How long an exporter keeps a span before it leaves, milliseconds; well below the reorder delay of 1 s. */
const [LEAST_DELAY_MS, MOST_DELAY_MS] = [10, 450];

export interface Departure {
  readonly dueMs: number;
  readonly run: SimulatedRun;
  readonly span: RunSpan;
}

/**
 * When each span of a run leaves its process: after it has ended, delayed by its exporter, so that spans of different
 * services, and now and then of one, overtake each other. The root leaves after all that ended before it.
 */
export function departuresOf(run: SimulatedRun, random: Random): Departure[] {
  const delays = new Map<string, number>();
  let lastMs = 0;
  return run.spans.map((span) => {
    const { service } = span.source;
    const delay = delays.get(service) ?? random.between(LEAST_DELAY_MS, MOST_DELAY_MS);
    delays.set(service, delay);
    const jitter = random.chance(0.1) ? random.between(0, MOST_DELAY_MS) : 0;
    const isRoot = span.span.spanId === run.rootSpanId;
    const dueMs = isRoot ? Math.max(lastMs, span.endMs + delay) + 1 : span.endMs + delay + jitter;
    lastMs = Math.max(lastMs, dueMs);
    return { dueMs, run, span };
  });
}
