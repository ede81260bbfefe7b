import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits before attempt `attempt` (1 is the first repetition): a random time up to 100 ms · 2^attempt, at most 10 s, so that
 * processes that failed together do not come back together. Rejects with the signal's reason when it is aborted.
 */
export async function backOff(attempt: number, signal: AbortSignal): Promise<void> {
  const ceiling = Math.min(10_000, 100 * 2 ** Math.min(attempt, 10));
  await sleep(ceiling * (0.5 + Math.random() / 2), undefined, { signal });
}

/** Repeats until it succeeds or the signal is aborted. `onError` hears of every failure with its number. */
export async function persist<T>(
  attempt: () => Promise<T>,
  signal: AbortSignal,
  onError: (error: unknown, failures: number) => void,
): Promise<T> {
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      failures++;
      onError(error, failures);
      await backOff(failures, signal);
    }
  }
}
