import type { DeadLetterReason } from '@spanwise/schemas';
import type { StandstillError } from './restore.ts';

/** What an engine tells a service, so that it can bind metrics. Calls come after the fact; what did not commit is not told. They must not throw. */
export interface EngineObserver {
  /** A (re)balance: all partitions that this process now owns. */
  onAssignment?(partitions: readonly number[]): void;
  /** A partition begins to be restored; `onRestore` follows when it is done. */
  onRestoring?(event: { partition: number }): void;
  onRestore?(event: RestoreEvent): void;
  /** A partition cannot be restored, or its input ends before what was read. Nothing of it is processed; it is tried again after `delayMs`. */
  onUnrestorable?(event: { partition: number; error: StandstillError; delayMs: number }): void;
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
  /** About the bytes that a snapshot of keys and timers takes. */
  stateBytes: number;
  /** Bytes of the changelog that a restore would read. */
  restoreBytes: number;
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
