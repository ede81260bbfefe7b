import type { Lifetimes } from '@spanwise/local';

/** Runs are open for seconds, so that crashes meet their state, and long enough for the load to resend what was not answered. */
export const chaosLifetimes: Lifetimes = {
  SPANWISE_DETECT_RUN_QUIET: '6s',
  SPANWISE_DETECT_RUN_ABANDON: '15s',
  SPANWISE_DETECT_LATE_GRACE: '20s',
  SPANWISE_CORRELATE_SESSION_GAP: '6s',
};

/** Everything must have come to its end so long after the last span. */
export const LAST_TIMER_MS = 15_000 + 6_000;

/** Settings of services beside their lifetimes. What the caller's environment sets goes before. */
const settings = {
  // summaries of ended runs come and go within a run of this harness
  SPANWISE_DETECT_SUMMARY_RETENTION: '60s',
  SPANWISE_STORE_SESSION_TIMEOUT: '6s',
  // an insert into a frozen ClickHouse is given up, and tried again under the same token
  SPANWISE_STORE_INSERT_TIMEOUT: '5s',
  SPANWISE_INGEST_KAFKA_COMPRESSION: 'zstd',
};

/** The environment that services start from. */
export function serviceEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...settings, ...env };
}
