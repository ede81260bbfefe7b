import { setTimeout as sleep } from 'node:timers/promises';

/** Waits between attempts, in ms. */
export interface BackoffMs {
  first: number;
  /** They double up to this. */
  most: number;
  /** What lived this long was well: the next wait is the first one again. `most` where it is left out. */
  stable?: number;
}

/** How long to wait before something that failed is tried again: doubling, bounded. */
export class Backoff {
  readonly #ms: BackoffMs;
  #next: number;

  constructor(ms: BackoffMs) {
    this.#ms = ms;
    this.#next = ms.first;
  }

  /** The wait in ms before the next attempt. */
  next(): number {
    const wait = this.#next;
    this.#next = Math.min(this.#ms.most, wait * 2);
    return wait;
  }

  /** The same after something that went on for `livedMs` before it failed. */
  nextAfter(livedMs: number): number {
    if (livedMs >= (this.#ms.stable ?? this.#ms.most)) this.reset();
    return this.next();
  }

  /** An attempt has succeeded. */
  reset(): void {
    this.#next = this.#ms.first;
  }

  /**
   * Waits for a random part of the next wait, at least half of it, so that processes that failed together do not come back
   * together. Rejects with the signal's reason when that is aborted.
   */
  async wait(signal: AbortSignal): Promise<void> {
    await sleep(this.next() * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
    signal.throwIfAborted();
  }
}

/**
 * Repeats until it succeeds; rejects with the signal's reason when that is aborted. `onError` hears of every failure with
 * its number, and ends the repetition by throwing what cannot pass.
 */
export async function persist<T>(
  attempt: () => Promise<T>,
  signal: AbortSignal,
  onError: (error: unknown, failures: number) => void,
  ms: BackoffMs = { first: 200, most: 10_000 },
): Promise<T> {
  const backoff = new Backoff(ms);
  for (let failures = 1; ; failures++) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      onError(error, failures);
      await backoff.wait(signal);
    }
  }
}
