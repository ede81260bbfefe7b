import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker } from './broker/broker.ts';
import { decodeResumePoint } from './resume-point.ts';

interface Watched {
  partition: number;
  runner: { readonly position: number | undefined; readonly lagToldAt: number } | undefined;
}

export interface LagWatch {
  broker: Broker;
  group: string;
  /** Input, with its prefix. */
  topic: string;
  intervalMs: number;
  /** Partitions that this process owns now. */
  partitions(): Iterable<Watched>;
  tell(lag: { partition: number; messages: number }): void;
  onError(error: Error): void;
}

/**
 * Tells again and again how far the partitions are behind that have not told it with a commit: one that cannot be restored,
 * fails at each commit, or hangs, makes none. Ends of transactions count as messages, as in all lags of Kafka.
 */
export async function watchLag(watch: LagWatch, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(watch.intervalMs, undefined, { signal }).catch(() => {});
    for (const { partition, runner } of [...watch.partitions()]) {
      if (signal.aborted) return;
      if (runner && performance.now() - runner.lagToldAt < watch.intervalMs) continue;
      try {
        const { low, high } = await watch.broker.watermarks(watch.topic, partition);
        const position = runner?.position ?? (await committedPosition(watch, partition)) ?? low;
        watch.tell({ partition, messages: Math.max(0, high - Math.max(low, position)) });
      } catch (error) {
        watch.onError(error as Error);
      }
    }
  }
}

/** First offset that no commit covers; undefined: there was none. */
async function committedPosition({ broker, group, topic }: LagWatch, partition: number): Promise<number | undefined> {
  const committed = await broker.committed(group, topic, partition);
  if (!committed) return undefined;
  try {
    return decodeResumePoint(committed)?.nextOffset ?? committed.offset;
  } catch {
    // metadata that nobody can read is why this partition stands still
    return committed.offset;
  }
}
