export interface BackoffSettings {
  firstMs: number;
  maxMs: number;
  /** A process that lived this long had started well: the next wait is the first one again. */
  stableMs: number;
}

export const defaultBackoff: BackoffSettings = { firstMs: 1_000, maxMs: 10_000, stableMs: 30_000 };

/** How long to wait before a process that ended is started again: doubling, bounded, reset once it was stable. */
export class Backoff {
  readonly #settings: BackoffSettings;
  #nextMs: number;

  constructor(settings: BackoffSettings = defaultBackoff) {
    this.#settings = settings;
    this.#nextMs = settings.firstMs;
  }

  /** Milliseconds to wait after a life of `livedMs`. */
  waitAfter(livedMs: number): number {
    if (livedMs >= this.#settings.stableMs) this.#nextMs = this.#settings.firstMs;
    const wait = this.#nextMs;
    this.#nextMs = Math.min(wait * 2, this.#settings.maxMs);
    return wait;
  }
}
