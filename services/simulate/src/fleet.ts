import { encodeTracesProtobuf } from '@spanwise/otlp';
import { type Clock, fastClock, wallClock } from './clock.ts';
import type { Departure } from './emit/departures.ts';
import { Lanes } from './emit/lanes.ts';
import { OtlpClient } from './emit/otlp-client.ts';
import { Outbox } from './emit/outbox.ts';
import { requestsOf, resourceSpansOf } from './emit/requests.ts';
import type { FleetMix } from './generate.ts';
import { Ledger } from './ledger.ts';
import { Random } from './random.ts';
import { Schedule } from './schedule.ts';
import type { Truth } from './truth.ts';
import { TruthFile } from './truth-file.ts';

export interface FleetOptions extends FleetMix {
  /** Base URL of OTLP/HTTP, e.g. http://127.0.0.1:4318 */
  readonly endpoint: string;
  readonly spansPerSecond: number;
  /** All spans have left and are acknowledged after this long; without, the fleet goes on until `signal` aborts. */
  readonly durationMs?: number;
  /** Default: real time. As fast as possible, spans bear the times of a fleet whose `durationMs` end now. */
  readonly isFast?: boolean;
  /** Share of requests that are sent once more although they were acknowledged; default 0.01 */
  readonly resendShare?: number;
  readonly apiKey?: string;
  /** JSON lines; without, truths are kept for the result. */
  readonly truthFile?: string;
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
}

export interface FleetResult extends FleetProgress {
  /** Of all runs that were sent whole; empty where a truth file has them. */
  readonly truth: readonly Truth[];
}

/** How often spans leave, as a Collector's batches do. */
const TICK_MS = 100;
const PROGRESS_MS = 1_000;
const MOST_IN_FLIGHT = 8;
const DEFAULT_RESEND_SHARE = 0.01;

/**
 * Runs a fleet of agents with known faults against an OTLP endpoint.
 *
 * @throws RangeError for options that cannot be; SendError when the endpoint does not take the spans
 */
export async function runFleet(options: FleetOptions): Promise<FleetResult> {
  const { spansPerSecond, durationMs = Number.POSITIVE_INFINITY, truthFile, isFast = false } = options;
  if (!(spansPerSecond > 0)) throw new RangeError(`spansPerSecond must be more than 0, got ${spansPerSecond}`);
  if (isFast && durationMs === Number.POSITIVE_INFINITY) throw new RangeError('a fast fleet needs a duration');
  const startMs = isFast ? Date.now() - durationMs : Date.now();
  const schedule = new Schedule({ ...options, startMs, endMs: startMs + durationMs });
  const file = truthFile === undefined ? undefined : await TruthFile.create(truthFile);
  try {
    const ledger = new Ledger(file);
    const fleet = new Fleet(options, schedule, ledger, isFast ? fastClock(startMs) : wallClock);
    await fleet.run();
    return { ...fleet.progress, truth: ledger.truths };
  } finally {
    await file?.close();
  }
}

class Fleet {
  readonly #options: FleetOptions;
  readonly #schedule: Schedule;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #outbox = new Outbox();
  readonly #lanes = new Lanes(MOST_IN_FLIGHT);
  readonly #client: OtlpClient;
  readonly #random: Random;
  #requests = 0;
  #spansResent = 0;

  constructor(options: FleetOptions, schedule: Schedule, ledger: Ledger, clock: Clock) {
    this.#options = options;
    this.#schedule = schedule;
    this.#ledger = ledger;
    this.#clock = clock;
    this.#client = new OtlpClient(options);
    this.#random = new Random(`${options.seed} resends`);
  }

  get progress(): FleetProgress {
    const { spansSent, sessions, runs, injected } = this.#ledger;
    const { retries } = this.#client;
    return {
      spansSent,
      spansResent: this.#spansResent,
      requests: this.#requests,
      retries,
      sessions,
      runs,
      injected: { ...injected },
    };
  }

  async run(): Promise<void> {
    const { signal, onProgress } = this.#options;
    let told = performance.now();
    try {
      while (!signal?.aborted && !(this.#schedule.isOver && this.#outbox.size === 0)) {
        const tickMs = this.#clock.now();
        for (const { runs, departures } of this.#schedule.startedBy(tickMs)) {
          this.#ledger.begin(runs);
          for (const departure of departures) this.#outbox.add(departure);
        }
        for (const request of requestsOf(this.#outbox.take(tickMs))) await this.#send(request);
        if (performance.now() - told >= PROGRESS_MS) {
          told = performance.now();
          onProgress?.(this.progress);
        }
        await this.#clock.until(tickMs + TICK_MS, signal);
      }
    } finally {
      await this.#lanes.idle();
      onProgress?.(this.progress);
    }
  }

  /** Resolves when the request is on its way. */
  async #send(departures: readonly Departure[]): Promise<void> {
    const body = encodeTracesProtobuf(resourceSpansOf(departures.map(({ span }) => span)));
    const isResent = this.#random.chance(this.#options.resendShare ?? DEFAULT_RESEND_SHARE);
    await this.#lanes.run(async () => {
      await this.#client.send(body);
      this.#requests += 1;
      this.#ledger.acknowledged(departures);
      if (!isResent) return;
      await this.#client.send(body);
      this.#requests += 1;
      this.#spansResent += departures.length;
    });
  }
}
