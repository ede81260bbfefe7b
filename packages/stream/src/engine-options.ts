import type { BackoffMs } from './backoff.ts';
import { type Logger, silentLogger } from './logger.ts';
import type { EngineObserver } from './observer.ts';
import type { SnapshotPolicy } from './snapshotter.ts';

export const logClocks = ['broker', 'messages'] as const;

export type LogClock = (typeof logClocks)[number];

export interface EngineOptions {
  /** Before every topic name and before the name of the group. */
  topicPrefix?: string;
  logger?: Logger;
  observer?: EngineObserver;
  /** Time between two commits of a partition, at least … */
  commitIntervalMs?: number;
  /** … and so much for each partition this process owns: more partitions, fewer and larger transactions. */
  commitIntervalPerPartitionMs?: number;
  /** Time until an offset is committed when nothing else is to be. */
  idleCommitIntervalMs?: number;
  /** A commit is made at once when so many bytes of input came since the last. */
  commitInputBytes?: number;
  /** Without a message for so long, the partition's owner appends a tick when a timer or a held record waits for the clock; false: others move the clock. */
  tickAfterMs?: number | false;
  /**
   * Whose clock log time is. `broker`: that of the broker that appends, and ticks let it pass (topics with `LogAppendTime`).
   * `messages`: what the messages say (topics with `CreateTime`), as where time is simulated; then whoever writes the input
   * lets time pass, and what is written bears the log time at which it was forwarded.
   */
  clock?: LogClock;
  /** When a snapshot of a partition's state is written to the changelog. */
  snapshots?: SnapshotPolicy;
  /** Messages of one partition that wait in memory; beyond, it is not fetched. */
  bufferBytes?: number;
  /** A partition that has not committed for so long is asked how far it is behind. */
  lagIntervalMs?: number;
  /** A restore that takes longer is told of, again and again after this time. */
  restoreProgressMs?: number;
  /** Time until it is tried again to restore a partition whose state cannot be restored. */
  unrestorableRetryMs?: number;
  /** Time until a partition starts again after a failure, at first and at most; it doubles. */
  backoffMs?: BackoffMs;
}

export type ResolvedEngineOptions = Required<EngineOptions>;

export const ENGINE_DEFAULTS: Omit<ResolvedEngineOptions, 'logger' | 'observer'> = {
  topicPrefix: '',
  commitIntervalMs: 250,
  commitIntervalPerPartitionMs: 15,
  idleCommitIntervalMs: 5_000,
  commitInputBytes: 8 * 1024 * 1024,
  tickAfterMs: 200,
  clock: 'broker',
  snapshots: { intervalMs: 60_000, floorBytes: 1024 * 1024 },
  bufferBytes: 4 * 1024 * 1024,
  lagIntervalMs: 10_000,
  restoreProgressMs: 5_000,
  unrestorableRetryMs: 30_000,
  backoffMs: { first: 250, most: 10_000 },
};

export function resolveEngineOptions(options: EngineOptions): ResolvedEngineOptions {
  return { ...ENGINE_DEFAULTS, logger: silentLogger, observer: {}, ...options };
}
