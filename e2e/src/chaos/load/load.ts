import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@spanwise/simulate';
import type { BlockRoute } from './block-route.ts';
import type { Corpus, Slice, Way } from './corpus.ts';
import { IdSource } from './ids.ts';
import type { Ledger } from './ledger.ts';
import type { OtlpRoute } from './otlp-route.ts';
import { type Parcel, renewedParcel } from './parcel.ts';

export interface LoadOptions {
  readonly corpus: Corpus;
  readonly seed: number;
  /** Spans per second */
  readonly rate: number;
  /** Of the topic `spans` */
  readonly partitions: number;
  readonly blocks: BlockRoute;
  readonly otlp: OtlpRoute;
  readonly ledger: Ledger;
}

export interface LoadResult {
  /** From the first span to the last acknowledgement. */
  readonly seconds: number;
  readonly slicesSentTwice: number;
}

/** Share of spans that go through ingest. */
const OTLP_SHARE = 0.2;
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
    return { seconds: (performance.now() - start) / 1_000, slicesSentTwice: this.#slicesSentTwice };
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
    const sending = this.#send(parcel, signal)
      .catch((error) => {
        this.#failure ??= error;
      })
      .finally(() => this.#open.delete(sending));
    this.#open.add(sending);
    return template.spans;
  }

  async #send(parcel: Parcel, signal: AbortSignal): Promise<void> {
    const { template, traceIds } = parcel;
    const start = performance.now();
    let plannedMs = 0;
    for (const slice of template.slices) {
      if (slice.pauseMs > 0) await sleep(slice.pauseMs, undefined, { signal });
      plannedMs += slice.pauseMs;
      const message = parcel.message(slice, Date.now());
      await this.#deliver(parcel, message);
      if (this.#random.chance(TWICE_SHARE)) await this.#deliverAgain(parcel, slice, message);
    }
    const delayedMs = performance.now() - start - plannedMs;
    for (const [index, run] of template.runs.entries()) {
      this.#options.ledger.acknowledged(traceIds[index] as string, { template: run, delayedMs });
    }
  }

  /** The same bytes, or the same spans received a little later. */
  #deliverAgain(parcel: Parcel, slice: Slice, message: Buffer): Promise<void> {
    this.#slicesSentTwice += 1;
    return this.#deliver(parcel, this.#random.chance(0.5) ? message : parcel.message(slice, Date.now() + 1));
  }

  #deliver({ partition }: Parcel, message: Buffer): Promise<void> {
    const { blocks, otlp } = this.#options;
    return partition === undefined ? otlp.send(message) : blocks.send(partition, message);
  }
}
