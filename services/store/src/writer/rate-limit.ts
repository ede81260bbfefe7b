import { setTimeout as sleep } from 'node:timers/promises';

/** Spaces starts evenly: at most `perSecond` a second, in the order in which they were asked for. */
export class RateLimit {
  readonly #intervalMs: number;
  #next = 0;

  constructor(perSecond: number) {
    this.#intervalMs = 1000 / perSecond;
  }

  /** Resolves when the caller may start. Rejects with the signal's reason when it is aborted. */
  async turn(signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, this.#next);
    this.#next = at + this.#intervalMs;
    if (at > now) await sleep(at - now, undefined, { signal });
  }
}
