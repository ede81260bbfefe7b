import { startClickHouse } from './clickhouse.ts';
import { startKafka } from './kafka.ts';
import type { PlatformHandle, PlatformOptions } from './options.ts';

/** Starts both servers side by side. If one cannot start, the other is stopped and the failure thrown. */
export async function startPlatform(options: PlatformOptions): Promise<PlatformHandle> {
  const [kafka, clickhouse] = await Promise.allSettled([startKafka(options), startClickHouse(options)]);
  if (kafka.status === 'fulfilled' && clickhouse.status === 'fulfilled') {
    const stop = async (): Promise<void> => {
      await Promise.all([kafka.value.stop(), clickhouse.value.stop()]);
    };
    return { kafka: kafka.value, clickhouse: clickhouse.value, stop, [Symbol.asyncDispose]: stop };
  }
  for (const start of [kafka, clickhouse]) if (start.status === 'fulfilled') await start.value.stop();
  throw kafka.status === 'rejected' ? kafka.reason : (clickhouse as PromiseRejectedResult).reason;
}
