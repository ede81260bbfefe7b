import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@spanwise/simulate';
import type { BlockRoute } from './block-route.ts';
import { type Corpus, LONGEST_PARCEL_MS, type Slice, type Way } from './corpus.ts';
import type { GrpcRoute } from './grpc-route.ts';
import { IdSource } from './ids.ts';
import type { Ledger } from './ledger.ts';
import type { OtlpRoute } from './otlp-route.ts';
import { type Parcel, renewedParcel } from './parcel.ts';
import type { Route } from './route.ts';

export interface LoadOptions {
  readonly corpus: Corpus;
  readonly seed: number;
  /** Spans per second */
  readonly rate: number;
  /** Of the topic `spans` */
  readonly partitions: number;
  readonly blocks: BlockRoute;
  readonly http: OtlpRoute;
  readonly grpc: GrpcRoute;
  /** Into the Collector's topic, which has as many partitions */
  readonly collector: BlockRoute;
  readonly ledger: Ledger;
}

export interface LoadResult {
  /** From the first span to the last acknowledgement, without the pauses that parcels begun at the end still made. */
  readonly seconds: number;
  readonly slicesSentTwice: number;
}

/** Share of spans that go through ingest. */
const OTLP_SHARE = 0.2;
/** How parcels of OTLP travel, in turn. */
const OTLP_ROUTES = ['http', 'grpc', 'http', 'collector'] as const satisfies Route[];
/** Share of slices that are sent once more although they were acknowledged. */
const TWICE_SHARE = 0.02;
const TICK_MS = 10;
/** What waits while nothing is acknowledged; the load catches up on the rest when it is again. */
const MOST_OPEN_PARCELS = 1_000;
/** Spans that a tick may begin at most, as a multiple of the rate: how fast the load catches up. */
const CATCH_UP = 1.6;

/** A steady load of known content. */
export class Load {
  readonly #options: LoadOptions;
  readonly #ids: IdSource;
  readonly #random: Random;
  readonly #begun: Record<Way, number> = { block: 0, otlp: 0 };
  readonly #turn: Record<Way, number> = { block: 0, otlp: 0 };
  readonly #open = new Set<Promise<void>>();
  #failure: unknown;
  #slicesSentTwice = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#ids = new IdSource(options.seed);
    this.#random = new Random(`${options.seed} load`);
  }

  /**
   * Sends for `lengthMs`, then waits until everything begun is acknowledged.
   *
   * @throws Error when ingest refuses spans for good, or the signal aborts
   */
  async run(lengthMs: number, signal: AbortSignal): Promise<LoadResult> {
    const { rate } = this.#options;
    const start = performance.now();
    let tokens = 0;
    for (let last = start; performance.now() - start < lengthMs; ) {
      signal.throwIfAborted();
      if (this.#failure !== undefined) throw this.#failure;
      const now = performance.now();
      tokens += ((now - last) / 1_000) * rate;
      let burst = ((now - last) / 1_000) * rate * CATCH_UP;
      last = now;
      while (tokens > 0 && burst > 0 && this.#open.size < MOST_OPEN_PARCELS) {
        const spans = this.#begin(signal);
        tokens -= spans;
        burst -= spans;
      }
      await sleep(TICK_MS);
    }
    while (this.#open.size > 0) await Promise.all(this.#open);
    signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
    const seconds = Math.max(lengthMs, performance.now() - start - LONGEST_PARCEL_MS) / 1_000;
    return { seconds, slicesSentTwice: this.#slicesSentTwice };
  }

  #begin(signal: AbortSignal): number {
    const { corpus, partitions } = this.#options;
    const all = this.#begun.block + this.#begun.otlp;
    const way: Way = this.#begun.otlp < all * OTLP_SHARE ? 'otlp' : 'block';
    const turn = this.#turn[way]++;
    const template = corpus[way][turn % corpus[way].length];
    if (!template) throw new Error(`the corpus has nothing for ${way}`);
    const parcel = renewedParcel(template, this.#ids, turn % partitions, partitions);
    this.#begun[way] += template.spans;
    const route = way === 'block' ? way : (OTLP_ROUTES[turn % OTLP_ROUTES.length] as Route);
    const sending = this.#send(parcel, route, signal)
      .catch((error) => {
        this.#failure ??= error;
      })
      .finally(() => this.#open.delete(sending));
    this.#open.add(sending);
    return template.spans;
  }

  async #send(parcel: Parcel, route: Route, signal: AbortSignal): Promise<void> {
    const { template, traceIds, sessionIds } = parcel;
    const start = performance.now();
    let plannedMs = 0;
    for (const slice of template.slices) {
      if (slice.pauseMs > 0) await sleep(slice.pauseMs, undefined, { signal });
      plannedMs += slice.pauseMs;
      const message = parcel.message(slice, Date.now());
      await this.#deliver(parcel, route, message);
      if (this.#random.chance(TWICE_SHARE)) await this.#deliverAgain(parcel, route, slice, message);
    }
    const delayedMs = performance.now() - start - plannedMs;
    for (const [index, run] of template.runs.entries()) {
      const sessionId = sessionIds[index] as string;
      this.#options.ledger.acknowledged(traceIds[index] as string, { template: run, route, sessionId, delayedMs });
    }
  }

  /** The same bytes, or the same spans received a little later. */
  #deliverAgain(parcel: Parcel, route: Route, slice: Slice, message: Buffer): Promise<void> {
    this.#slicesSentTwice += 1;
    return this.#deliver(parcel, route, this.#random.chance(0.5) ? message : parcel.message(slice, Date.now() + 1));
  }

  #deliver({ partition }: Parcel, route: Route, message: Buffer): Promise<void> {
    const { blocks, http, grpc, collector } = this.#options;
    switch (route) {
      case 'block':
        return blocks.send(partition, message);
      case 'http':
        return http.send(message);
      case 'grpc':
        return grpc.send(message);
      case 'collector':
        return collector.send(partition, message);
    }
  }
}
