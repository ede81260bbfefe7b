import type { Lifetimes } from '@spanwise/local';

/** Log time without a span, milliseconds, after which a run whose root has ended is closed, and one whose root has not is given up. */
export const [RUN_QUIET_MS, RUN_ABANDON_MS] = [6_000, 15_000];
/** For so long after its end a run recognises what is sent again, milliseconds of log time. */
export const LATE_GRACE_MS = 20_000;
const SESSION_GAP_MS = 6_000;

/** Runs are open for seconds, so that crashes meet their state, and long enough for the load to resend what was not answered. */
export const chaosLifetimes: Lifetimes = {
  SPANWISE_DETECT_RUN_QUIET: `${RUN_QUIET_MS / 1_000}s`,
  SPANWISE_DETECT_RUN_ABANDON: `${RUN_ABANDON_MS / 1_000}s`,
  SPANWISE_DETECT_LATE_GRACE: `${LATE_GRACE_MS / 1_000}s`,
  SPANWISE_CORRELATE_SESSION_GAP: `${SESSION_GAP_MS / 1_000}s`,
};

/** Everything must have come to its end so long after the last span. */
export const LAST_TIMER_MS: number = RUN_ABANDON_MS + SESSION_GAP_MS;

/** Settings of services beside their lifetimes. What the caller's environment sets goes before. */
const settings = {
  // summaries of ended runs come and go many times
  SPANWISE_DETECT_SUMMARY_RETENTION: '90s',
  SPANWISE_STORE_SESSION_TIMEOUT: '6s',
  // an insert into a frozen ClickHouse is given up, and tried again under the same token
  SPANWISE_STORE_INSERT_TIMEOUT: '10s',
  // half the inserts of the default: ClickHouse has one core of two at best
  SPANWISE_STORE_SPAN_BATCH_AGE: '2s',
  SPANWISE_STORE_BATCH_AGE: '4s',
  SPANWISE_INGEST_KAFKA_COMPRESSION: 'zstd',
};

/** For who reads what is long recorded: as few inserts as may be. */
export const catchingUp: NodeJS.ProcessEnv = {
  SPANWISE_STORE_SPAN_BATCH_AGE: '15s',
  SPANWISE_STORE_BATCH_AGE: '15s',
};

/** The environment that services start from. */
export function serviceEnvironment(special: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { ...settings, ...special, ...process.env };
}
