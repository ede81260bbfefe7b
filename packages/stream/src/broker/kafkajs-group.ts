import type { Batch, Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { BrokerMessage, GroupListener, GroupMember } from './broker.ts';
import { stickyAssigner } from './sticky-assigner.ts';
import { undecodableBatch } from './undecodable.ts';
import { whileRunning } from './while-running.ts';

/** kafkajs' types leave out where the fetch began. */
type Fetched = Batch & { fetchedOffset: string };

export interface GroupOptions {
  sessionTimeoutMs: number;
  heartbeatIntervalMs: number;
  /** A fetch returns when this much is there, … */
  fetchMinBytes: number;
  /** … or this long after it was asked for. */
  fetchMaxWaitMs: number;
  fetchMaxBytesPerPartition: number;
}

/**
 * A member of a consumer group on kafkajs. Batches are handed over without waiting for their processing, since kafkajs
 * fetches, and sends heartbeats, only when all batches of the last fetch have been taken; back-pressure is `pause`.
 */
export class KafkaGroupMember implements GroupMember {
  readonly #consumer: Consumer;
  readonly #topic: string;
  readonly #listener: GroupListener;
  /** Next offset to be fetched of each partition that was begun; kafkajs forgets it in a rebalance. */
  readonly #positions = new Map<number, number>();
  /** Partitions whose last batch did not go on where the one before ended, and is fetched once more. */
  readonly #strayed = new Set<number>();
  #assigned: number[] = [];
  /** It has crashed or left: kafkajs would throw at every call. */
  #over = false;

  constructor(kafka: Kafka, group: string, topic: string, listener: GroupListener, options: GroupOptions) {
    this.#topic = topic;
    this.#listener = listener;
    this.#consumer = kafka.consumer({
      groupId: group,
      sessionTimeout: options.sessionTimeoutMs,
      rebalanceTimeout: options.sessionTimeoutMs,
      heartbeatInterval: options.heartbeatIntervalMs,
      minBytes: options.fetchMinBytes,
      maxWaitTimeInMs: options.fetchMaxWaitMs,
      maxBytesPerPartition: options.fetchMaxBytesPerPartition,
      allowAutoTopicCreation: false,
      partitionAssigners: [stickyAssigner(topic, () => [...this.#positions.keys()])],
      // the engine joins anew by itself: kafkajs would forget what is paused
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5, restartOnFailure: async () => false },
    });
  }

  async run(): Promise<void> {
    const { GROUP_JOIN, START_BATCH_PROCESS, CRASH } = this.#consumer.events;
    this.#consumer.on(GROUP_JOIN, ({ payload }) => this.#onJoin(payload.memberAssignment[this.#topic] ?? []));
    this.#consumer.on(CRASH, ({ payload }) => {
      this.#over = true;
      this.#listener.onCrash(payload.error);
    });
    this.#consumer.on(START_BATCH_PROCESS, ({ payload }) => {
      // a batch of nothing but ends of transactions, and records of aborted ones, does not reach the handler
      const { partition, batchSize, firstOffset, lastOffset, highWatermark } = payload;
      if (batchSize > 0 || this.#positions.get(partition) !== Number(firstOffset)) return;
      const endOffset = Number(lastOffset) + 1;
      this.#positions.set(partition, endOffset);
      this.#listener.onBatch({ partition, messages: [], endOffset, highWatermark: Number(highWatermark) });
    });
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topic: this.#topic, fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 1,
      eachBatch: async (payload) => this.#onBatch(payload),
    });
  }

  seek(partition: number, offset: number): void {
    if (this.#over || !this.#assigned.includes(partition)) return;
    this.#positions.set(partition, offset);
    this.#strayed.delete(partition);
    this.#seekTo(partition, offset);
    this.resume(partition);
  }

  pause(partition: number): void {
    if (this.#over) return;
    whileRunning(() => this.#consumer.pause([{ topic: this.#topic, partitions: [partition] }]));
  }

  resume(partition: number): void {
    if (this.#over) return;
    whileRunning(() => this.#consumer.resume([{ topic: this.#topic, partitions: [partition] }]));
  }

  #seekTo(partition: number, offset: number): void {
    whileRunning(() => this.#consumer.seek({ topic: this.#topic, partition, offset: `${offset}` }));
  }

  confirm(signal: AbortSignal): Promise<readonly number[]> {
    const { GROUP_JOIN, HEARTBEAT } = this.#consumer.events;
    return new Promise((resolve, reject) => {
      // a heartbeat that was under way at the call may tell of the past; one that follows another event cannot
      let seen = 0;
      const finish = () => {
        for (const remove of listeners) remove();
        signal.removeEventListener('abort', finish);
        if (signal.aborted) reject(signal.reason);
        else resolve(this.#assigned);
      };
      const listeners = [
        this.#consumer.on(GROUP_JOIN, () => {
          seen = 1;
        }),
        this.#consumer.on(HEARTBEAT, () => {
          if (++seen === 2) finish();
        }),
      ];
      signal.addEventListener('abort', finish);
      if (signal.aborted) finish();
    });
  }

  async close(): Promise<void> {
    this.#over = true;
    await this.#consumer.disconnect().catch(() => {});
  }

  /** Runs inside kafkajs' join, before it fetches again. */
  #onJoin(assigned: readonly number[]): void {
    this.#assigned = [...assigned];
    for (const partition of [...this.#positions.keys()]) {
      if (!assigned.includes(partition)) this.#positions.delete(partition);
    }
    for (const partition of assigned) {
      const position = this.#positions.get(partition);
      if (position === undefined) this.pause(partition);
      else this.#seekTo(partition, position);
    }
    this.#listener.onAssigned(this.#assigned);
  }

  #onBatch({ batch, isStale }: EachBatchPayload): void {
    const { partition, messages } = batch;
    const position = this.#positions.get(partition);
    if (position === undefined || isStale()) return;
    const highWatermark = Number(batch.highWatermark);
    if (!this.#follows(batch as Fetched, position, highWatermark)) return;
    const endOffset = Number(batch.lastOffset()) + 1;
    this.#positions.set(partition, endOffset);
    this.#listener.onBatch({ partition, messages: messages.map(brokerMessage), endOffset, highWatermark });
  }

  /**
   * Whether a batch goes on where the last one ended. One that does not, and was fetched before a seek, is not the same when it
   * is fetched once more. One that is: kafkajs goes on at the first offset there is when the one it wants is not there.
   */
  #follows({ partition, fetchedOffset }: Fetched, position: number, highWatermark: number): boolean {
    const from = Number(fetchedOffset);
    const strayedBefore = this.#strayed.delete(partition);
    if (from === position) return true;
    if (strayedBefore && from > position) {
      this.#listener.onLostInput({ partition, from: position, to: from });
      return true;
    }
    this.#strayed.add(partition);
    this.#seekTo(partition, position);
    if (strayedBefore && highWatermark < position) {
      this.#listener.onTruncatedInput({ partition, position, end: highWatermark });
    }
    return false;
  }
}

export function brokerMessage(message: KafkaMessage): BrokerMessage {
  const { offset, key, value, timestamp } = message;
  const undecodable = undecodableBatch(message);
  const plain = { offset: Number(offset), key, value, time: Number(timestamp) };
  return undecodable ? { ...plain, undecodable } : plain;
}
