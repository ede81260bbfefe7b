import { setTimeout as sleep } from 'node:timers/promises';

export interface SettleOptions<T> {
  /** Looks at what there is now. */
  readonly look: () => Promise<T>;
  /** What is still missing, in words; empty when nothing is. */
  readonly missing: (seen: T) => string;
  /** Changes whenever something moves. */
  readonly fingerprint: (seen: T) => string;
  /** For how long nothing may move before it counts as settled: longer than the slowest batch waits. */
  readonly quietMs: number;
  /** Give up when nothing has moved for this long. */
  readonly patienceMs: number;
  readonly everyMs: number;
  readonly onProgress?: (missing: string) => void;
  readonly signal?: AbortSignal;
}

export interface Settled<T> {
  readonly seen: T;
  /** What was still missing when patience ended; empty when all is there. */
  readonly missing: string;
}

/** Looks again and again until nothing is missing and nothing moves any more, or until patience ends. */
export async function untilSettled<T>(options: SettleOptions<T>): Promise<Settled<T>> {
  let last: string | undefined;
  let movedAt = performance.now();
  for (;;) {
    options.signal?.throwIfAborted();
    const seen = await options.look();
    const missing = options.missing(seen);
    const fingerprint = options.fingerprint(seen);
    if (fingerprint !== last) movedAt = performance.now();
    last = fingerprint;
    const stillMs = performance.now() - movedAt;
    if (missing === '' ? stillMs >= options.quietMs : stillMs >= options.patienceMs) return { seen, missing };
    options.onProgress?.(missing);
    await sleep(options.everyMs, undefined, options.signal ? { signal: options.signal } : {});
  }
}
