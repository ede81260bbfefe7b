import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { BrokerMessage, GroupListener, GroupMember } from './broker.ts';
import { stickyAssigner } from './sticky-assigner.ts';
import { undecodableBatch } from './undecodable.ts';

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
  readonly #lowWatermark: (partition: number) => Promise<number>;
  /** Next offset to be fetched of each partition that was begun; kafkajs forgets it in a rebalance. */
  readonly #positions = new Map<number, number>();
  #assigned: number[] = [];
  /** It has crashed or left: kafkajs would throw at every call. */
  #over = false;

  constructor(
    kafka: Kafka,
    group: string,
    topic: string,
    listener: GroupListener,
    lowWatermark: (partition: number) => Promise<number>,
    options: GroupOptions,
  ) {
    this.#topic = topic;
    this.#listener = listener;
    this.#lowWatermark = lowWatermark;
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
      // a batch of nothing but ends of transactions does not reach the handler
      const { partition, batchSize, firstOffset, lastOffset } = payload;
      if (batchSize === 0 && this.#positions.get(partition) === Number(firstOffset)) {
        this.#positions.set(partition, Number(lastOffset) + 1);
      }
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
    this.#consumer.seek({ topic: this.#topic, partition, offset: `${offset}` });
    this.resume(partition);
  }

  pause(partition: number): void {
    if (this.#over) return;
    this.#consumer.pause([{ topic: this.#topic, partitions: [partition] }]);
  }

  resume(partition: number): void {
    if (this.#over) return;
    this.#consumer.resume([{ topic: this.#topic, partitions: [partition] }]);
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
      else this.#consumer.seek({ topic: this.#topic, partition, offset: `${position}` });
    }
    this.#listener.onAssigned(this.#assigned);
  }

  #onBatch({ batch, isStale }: EachBatchPayload): void {
    const { partition, messages } = batch;
    const position = this.#positions.get(partition);
    if (position === undefined || isStale()) return;
    const { fetchedOffset } = batch as typeof batch & { fetchedOffset: string };
    const from = Number(fetchedOffset);
    if (from < position) {
      this.#consumer.seek({ topic: this.#topic, partition, offset: `${position}` });
      return;
    }
    if (from > position) void this.#reportLoss(partition, position);
    const endOffset = Number(batch.lastOffset()) + 1;
    this.#positions.set(partition, endOffset);
    this.#listener.onBatch({
      partition,
      messages: messages.map(brokerMessage),
      endOffset,
      highWatermark: Number(batch.highWatermark),
    });
  }

  /** kafkajs goes on at the first offset there is when the one it wants was deleted. */
  async #reportLoss(partition: number, from: number): Promise<void> {
    const to = await this.#lowWatermark(partition).catch(() => 0);
    if (to > from) this.#listener.onLostInput({ partition, from, to });
  }
}

export function brokerMessage(message: KafkaMessage): BrokerMessage {
  const { offset, key, value, timestamp } = message;
  const undecodable = undecodableBatch(message);
  const plain = { offset: Number(offset), key, value, time: Number(timestamp) };
  return undecodable ? { ...plain, undecodable } : plain;
}
