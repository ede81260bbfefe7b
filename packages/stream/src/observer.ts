import type { DeadLetterReason } from '@spanwise/schemas';

/** What an engine tells a service, so that it can bind metrics. Calls come after the fact; what did not commit is not told. They must not throw. */
export interface EngineObserver {
  /** A (re)balance: all partitions that this process now owns. */
  onAssignment?(partitions: readonly number[]): void;
  onRestore?(event: RestoreEvent): void;
  onCommit?(event: CommitEvent): void;
  onDeadLetter?(event: DeadLetterEvent): void;
  /** Messages of the input partition that are not processed yet. */
  onLag?(event: { partition: number; messages: number }): void;
  /** The broker or the network failed; the partition (of all: undefined) starts again after `delayMs`. */
  onRecovery?(event: { partition?: number; error: Error; delayMs: number }): void;
  /** The topic's retention deleted messages that had not been read. */
  onLostInput?(event: { partition: number; from: number; to: number }): void;
}

export interface RestoreEvent {
  partition: number;
  messages: number;
  bytes: number;
  keys: number;
  durationMs: number;
}

export interface CommitEvent {
  partition: number;
  /** Records that came in with the messages of this commit. */
  records: number;
  /** Records written, dead letters included. */
  outputs: number;
  outputBytes: number;
  changelogBytes: number;
  /** Records held back by the reorder buffer, and keys with state, after the commit. */
  held: number;
  keys: number;
  timers: number;
  /** From the begin of the transaction to its end. */
  durationMs: number;
  /** First offset that is not processed. */
  nextOffset: number;
  /** Log clock in ms. */
  streamTime: number;
}

export interface DeadLetterEvent {
  partition: number;
  offset: number;
  reason: DeadLetterReason;
  detail: string;
}
