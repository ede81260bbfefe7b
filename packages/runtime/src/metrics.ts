import { collectDefaultMetrics, Registry } from 'prom-client';

/** Gauges that prom-client names like counters, which Prometheus' own linter refuses; the same by type is there beside them. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** A registry with the process' own metrics under their standard names (`process_cpu_seconds_total`, `nodejs_…`). */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return registry;
}

/** Histogram bounds in seconds for what takes milliseconds to seconds (requests, commits, inserts). */
export const latencyBuckets: number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Histogram bounds in seconds for what an agent's step or run takes: 10 ms to an hour. */
export const stepDurationBuckets: number[] = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

/** Histogram bounds in bytes, 1 KiB to 16 MiB by powers of four. */
export const byteBuckets: number[] = [0, 1, 2, 3, 4, 5, 6, 7].map((power) => 1024 * 4 ** power);

/** Histogram bounds for counts of records in a batch. */
export const batchBuckets: number[] = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000];
