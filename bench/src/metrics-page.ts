import { setTimeout as sleep } from 'node:timers/promises';

/** Sum over all label values of a metric on a service's metrics page; 0 when it is not there yet. */
export async function metricSum(url: string, name: string): Promise<number> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const page = await response.text();
  let sum = 0;
  for (const line of page.split('\n')) {
    if (line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      sum += Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sum;
}

/** Waits until `ask` gives at least `target`. Throws when nothing has moved for two minutes. */
export async function untilAtLeast(
  what: string,
  target: number,
  ask: () => Promise<number>,
  onProgress: (line: string) => void,
): Promise<void> {
  let last = -1;
  let movedAt = performance.now();
  for (;;) {
    const seen = await ask();
    if (seen >= target) return;
    if (seen !== last) movedAt = performance.now();
    if (performance.now() - movedAt > 120_000) throw new Error(`${what}: stuck at ${seen} of ${target}`);
    if (seen !== last) onProgress(`${what}: ${seen.toLocaleString('en')} of ${target.toLocaleString('en')}`);
    last = seen;
    await sleep(200);
  }
}
