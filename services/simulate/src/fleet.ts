import type { CampaignTruth } from './campaign/campaign-truth.ts';
import { type Clock, fastClock, wallClock } from './clock.ts';
import type { Departure } from './emit/departures.ts';
import { Lanes } from './emit/lanes.ts';
import { Outbox } from './emit/outbox.ts';
import { requestsOf } from './emit/requests.ts';
import type { SpanSink } from './emit/span-sink.ts';
import type { FleetMix } from './fleet-mix.ts';
import { Ledger } from './ledger.ts';
import { Random } from './random.ts';
import { Schedule } from './schedule.ts';
import type { Truth } from './truth.ts';
import type { TruthOutlet } from './truth-outlet.ts';

export interface FleetOptions extends FleetMix {
  /** Where spans go; whoever opened it closes it. */
  readonly sink: SpanSink;
  /** Of the fleet's time; without, sessions start as often as the mix has it. */
  readonly spansPerSecond?: number;
  /** All spans have left after this much of the fleet's time; without, it goes on until `signal` aborts. */
  readonly durationMs?: number;
  /** Default: the fleet lives in real time. In simulated time, as fast as the sink takes its spans, its `durationMs` end now. */
  readonly isFast?: boolean;
  /** Where truths are told; without any they are kept for the result. Whoever opened them closes them. */
  readonly truths?: readonly TruthOutlet[];
  /** Sends no more once it aborts; what is under way is still acknowledged. */
  readonly signal?: AbortSignal;
  /** Called about once a second. */
  readonly onProgress?: (progress: FleetProgress) => void;
}

export interface FleetProgress {
  /** Distinct spans that were acknowledged */
  readonly spansSent: number;
  readonly spansResent: number;
  readonly requests: number;
  readonly retries: number;
  /** Sessions and runs of which every span was acknowledged */
  readonly sessions: number;
  readonly runs: number;
  /** Faults put into those runs on purpose, by pattern */
  readonly injected: Readonly<Record<string, number>>;
  /** Time of the fleet, milliseconds since the epoch */
  readonly fleetTimeMs: number;
}

export interface FleetResult extends FleetProgress {
  /** Of all runs that were sent whole, and of the fleet; empty where an outlet has them. */
  readonly truth: readonly (Truth | CampaignTruth)[];
}

/** How often spans leave, as a Collector's batches do. */
const TICK_MS = 100;
const PROGRESS_MS = 1_000;
const MOST_IN_FLIGHT = 8;
/** How much simulated time passes at most before the sink is told of it, and how much does after the last span: runs end by it. */
const [TELL_TIME_MS, AFTERMATH_MS] = [60_000, 45 * 60_000];

/**
 * Lets a fleet of agents with known faults live, and sends its spans.
 *
 * @throws RangeError for options that cannot be; what the sink throws when it does not take the spans
 */
export async function runFleet(options: FleetOptions): Promise<FleetResult> {
  const { spansPerSecond, durationMs = Number.POSITIVE_INFINITY, isFast = false } = options;
  if (spansPerSecond !== undefined && !(spansPerSecond > 0)) {
    throw new RangeError(`spansPerSecond must be more than 0, got ${spansPerSecond}`);
  }
  if (isFast && durationMs === Number.POSITIVE_INFINITY) throw new RangeError('a fast fleet needs a duration');
  const startMs = isFast ? Date.now() - durationMs : Date.now();
  const schedule = new Schedule({ ...options, startMs, endMs: startMs + durationMs });
  const ledger = new Ledger(options.truths ?? []);
  const fleet = new Fleet(options, schedule, ledger, isFast ? fastClock(startMs) : wallClock);
  await fleet.run();
  return { ...fleet.progress, truth: ledger.truths };
}

class Fleet {
  readonly #options: FleetOptions;
  readonly #schedule: Schedule;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #outbox = new Outbox();
  readonly #lanes = new Lanes(MOST_IN_FLIGHT);
  readonly #random: Random;
  #requests = 0;
  #spansResent = 0;
  #timeTold = 0;

  constructor(options: FleetOptions, schedule: Schedule, ledger: Ledger, clock: Clock) {
    this.#options = options;
    this.#schedule = schedule;
    this.#ledger = ledger;
    this.#clock = clock;
    this.#random = new Random(`${options.seed} resends`);
  }

  get progress(): FleetProgress {
    const { spansSent, sessions, runs, injected } = this.#ledger;
    return {
      spansSent,
      spansResent: this.#spansResent,
      requests: this.#requests,
      retries: this.#options.sink.retries,
      sessions,
      runs,
      injected: { ...injected },
      fleetTimeMs: Math.round(this.#clock.now()),
    };
  }

  async run(): Promise<void> {
    const { signal, onProgress } = this.#options;
    let told = performance.now();
    this.#ledger.tell(this.#schedule.campaigns);
    try {
      while (!signal?.aborted && !(this.#schedule.isOver && this.#outbox.size === 0)) {
        const tickMs = this.#clock.now();
        for (const { runs, departures } of this.#schedule.startedBy(tickMs)) {
          this.#ledger.begin(runs);
          for (const departure of departures) this.#outbox.add(departure);
        }
        for (const request of requestsOf(this.#outbox.take(tickMs))) await this.#send(request, tickMs);
        await this.#tellTime(tickMs);
        if (performance.now() - told >= PROGRESS_MS) {
          told = performance.now();
          onProgress?.(this.progress);
        }
        await this.#clock.until(this.#nextTick(tickMs), signal);
      }
      if (this.#options.isFast && !signal?.aborted) await this.#afterwards();
    } finally {
      await this.#lanes.idle();
      onProgress?.(this.progress);
    }
  }

  /** Simulated time skips what nothing happens in, but not a minute. */
  #nextTick(tickMs: number): number {
    const nextMs = tickMs + TICK_MS;
    if (!this.#options.isFast) return nextMs;
    const eventMs = Math.min(this.#schedule.nextMs, this.#outbox.nextMs ?? Number.POSITIVE_INFINITY);
    return Math.max(nextMs, Math.min(eventMs, tickMs + TELL_TIME_MS));
  }

  /** Simulated time is told in the order of the spans: those before are acknowledged first. */
  async #tellTime(tickMs: number): Promise<void> {
    if (!this.#options.isFast || tickMs - this.#timeTold < TELL_TIME_MS) return;
    this.#timeTold = tickMs;
    await this.#lanes.idle();
    await this.#options.sink.timePasses(tickMs);
  }

  async #afterwards(): Promise<void> {
    await this.#lanes.idle();
    await this.#options.sink.timePasses(this.#clock.now() + AFTERMATH_MS);
  }

  /** Resolves when the request is on its way. */
  async #send(departures: readonly Departure[], nowMs: number): Promise<void> {
    const { sink } = this.#options;
    const isResent = this.#random.chance(this.#schedule.resendShare);
    await this.#lanes.run(async () => {
      await sink.send(departures, nowMs);
      this.#requests += 1;
      this.#ledger.acknowledged(departures);
      if (!isResent) return;
      await sink.send(departures, nowMs);
      this.#requests += 1;
      this.#spansResent += departures.length;
    });
  }
}
