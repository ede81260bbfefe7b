import { Random } from '../random.ts';
import type { RunSpan, SimulatedRun } from '../run.ts';
import { departuresOf } from './departures.ts';
import { Outbox } from './outbox.ts';
import { requestsOf } from './requests.ts';

/** A request with spans, as an endpoint receives it. */
export interface Arrival {
  readonly atMs: number;
  readonly tenant: string;
  readonly spans: readonly RunSpan[];
}

export interface ArrivalOptions {
  readonly seed: number;
  /** Share of requests that arrive a second time, seconds later */
  readonly resendShare: number;
  /** Share of a run's services whose spans come seconds too late */
  readonly lateShare: number;
}

const TICK_MS = 100;
const [LEAST_RESEND_MS, MOST_RESEND_MS] = [1_000, 6_000];

/**
 * Requests in the order of time, of sessions in the order of their starts: spans leave when they have ended, children first,
 * each service with a delay of its own, some much too late, some requests twice.
 */
export function* arrivalsOf(sessions: Iterable<readonly SimulatedRun[]>, options: ArrivalOptions): Generator<Arrival> {
  const random = new Random(`${options.seed} arrivals`);
  const outbox = new Outbox();
  let again: Arrival[] = [];
  for (const runs of sessions) {
    yield* before(Math.floor((runs[0]?.startMs ?? 0) / TICK_MS) * TICK_MS);
    for (const run of runs) for (const departure of departuresOf(run, random, options.lateShare)) outbox.add(departure);
  }
  yield* before(Number.POSITIVE_INFINITY);

  function* before(endMs: number): Generator<Arrival> {
    for (let next = nextMs(); next < endMs; next = nextMs()) {
      const tickMs = (Math.floor(next / TICK_MS) + 1) * TICK_MS;
      const due = again.filter(({ atMs }) => atMs <= tickMs);
      again = again.filter(({ atMs }) => atMs > tickMs);
      yield* due.map((arrival) => ({ ...arrival, atMs: tickMs }));
      for (const departures of requestsOf(outbox.take(tickMs))) {
        const tenants = Map.groupBy(departures, ({ run }) => run.tenant);
        for (const [tenant, sent] of tenants) {
          const arrival = { atMs: tickMs, tenant, spans: sent.map(({ span }) => span) };
          yield arrival;
          if (random.chance(options.resendShare))
            again.push({ ...arrival, atMs: tickMs + random.between(LEAST_RESEND_MS, MOST_RESEND_MS) });
        }
      }
    }
  }

  function nextMs(): number {
    return Math.min(outbox.nextMs ?? Number.POSITIVE_INFINITY, ...again.map(({ atMs }) => atMs));
  }
}
