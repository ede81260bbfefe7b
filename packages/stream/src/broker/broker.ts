import type { Undecodable } from './undecodable.ts';

/**
 * What the engine needs of Kafka. Two implementations pass one contract suite: `KafkaBroker` on real Kafka, and
 * `MemoryBroker` for unit tests, which is never evidence for delivery guarantees.
 */
export interface Broker extends AsyncDisposable {
  /** Number of partitions. Throws when there is no such topic. */
  partitionsOf(topic: string): Promise<number>;
  /** Joins a consumer group. Resolves when the member is running; its first assignment comes to the listener. */
  join(group: string, topic: string, listener: GroupListener): Promise<GroupMember>;
  /** A producer for one transactional id. It fences others of the same id only when it has committed a transaction. */
  transactionalProducer(transactionalId: string): Promise<TransactionalProducer>;
  /**
   * Reads a partition, committed messages only, from an offset (or the first there is, where that was deleted) up to and
   * including another, which must exist and be committed or about to be. Does not touch the group that owns it.
   */
  read(
    topic: string,
    partition: number,
    fromOffset: number,
    toOffset: number,
    visit: (message: BrokerMessage) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Committed offset of a group; undefined when there is none. */
  committed(group: string, topic: string, partition: number): Promise<CommittedOffset | undefined>;
  /** First offset that is there, and one past the last. */
  watermarks(topic: string, partition: number): Promise<{ low: number; high: number }>;
  /** Writes one message outside of transactions; resolves when it is acknowledged. */
  append(message: OutgoingMessage): Promise<void>;
  /** Deletes messages below an offset. */
  deleteRecords(topic: string, partition: number, beforeOffset: number): Promise<void>;
}

export interface BrokerMessage {
  offset: number;
  key: Buffer | null;
  value: Buffer | null;
  /** Broker append time in ms (the producer's time where the topic is configured so). */
  time: number;
  /** Set where this is no message, but stands for a batch that cannot be read, which is its value; `offset` is the last of it. */
  undecodable?: Undecodable;
}

export interface OutgoingMessage {
  topic: string;
  partition: number;
  value: Buffer;
  /** The producer's time in ms, default now; counts only where the topic is configured so. */
  time?: number;
}

export interface CommittedOffset {
  offset: number;
  metadata: string;
}

export interface Batch {
  partition: number;
  messages: readonly BrokerMessage[];
  /** One past the last offset that this batch covers; ends of transactions are covered without a message. */
  endOffset: number;
  highWatermark: number;
}

/** Callbacks must return at once and never throw. */
export interface GroupListener {
  /**
   * A (re)balance: all partitions that this member now has. A partition it had before goes on where it was; of a new one
   * nothing is delivered until `seek`.
   */
  onAssigned(partitions: readonly number[]): void;
  /** Also where nothing but ends of transactions, and records of aborted ones, was passed over: then there are no messages. */
  onBatch(batch: Batch): void;
  /** The topic's retention deleted messages that had not been delivered; what comes next comes from `to` on. */
  onLostInput(lost: { partition: number; from: number; to: number }): void;
  /** The partition ends before what was delivered of it: the topic was made anew or truncated. Nothing more of it is delivered. */
  onTruncatedInput(truncated: { partition: number; position: number; end: number }): void;
  /** The member has failed for good: close it and join anew. */
  onCrash(error: Error): void;
}

export interface GroupMember {
  /** Delivers the partition's messages from this offset on. Like `pause` and `resume` it never throws, also of a member that is over. */
  seek(partition: number, offset: number): void;
  pause(partition: number): void;
  resume(partition: number): void;
  /** Resolves after a heartbeat or a join that began after the call has succeeded, with the partitions assigned by it. */
  confirm(signal: AbortSignal): Promise<readonly number[]>;
  /** Leaves the group. */
  close(): Promise<void>;
}

/** One transaction at a time; unusable after an error, whatever the error: whether a failed commit committed is unknown. */
export interface TransactionalProducer {
  /** Commits one message, and fences every earlier producer of this transactional id; gives the message's offset. */
  fence(message: OutgoingMessage): Promise<number>;
  /** Commits messages and an offset in one transaction. */
  transact(transaction: Transaction): Promise<void>;
  /** Also after an error; never throws. */
  close(): Promise<void>;
}

export interface Transaction {
  /** Sent one after the other, each as one request with at most one batch per partition. */
  sends: readonly (readonly OutgoingMessage[])[];
  group: string;
  topic: string;
  partition: number;
  /** Offset to commit, made when all messages are sent; `baseOffset` tells where the first message of a send to a partition went. */
  offset: (baseOffset: (send: number, topic: string, partition: number) => number | undefined) => CommittedOffset;
}
