import { setTimeout as sleep } from 'node:timers/promises';

/** The time that the fleet lives in, milliseconds since the epoch. */
export interface Clock {
  now(): number;
  /** Resolves when it is so late, or earlier when `signal` aborts. */
  until(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

export const wallClock: Clock = {
  now: () => Date.now(),
  async until(ms, signal) {
    const leftMs = ms - Date.now();
    if (leftMs > 0) await sleep(leftMs, undefined, signal ? { signal } : {}).catch(() => {});
  },
};

/** Time that passes as fast as the work is done. */
export function fastClock(startMs: number): Clock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    async until(ms) {
      nowMs = Math.max(nowMs, ms);
    },
  };
}
