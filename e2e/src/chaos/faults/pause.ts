import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, or returns early when the harness ends: what was put on has to be taken off in any case. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
