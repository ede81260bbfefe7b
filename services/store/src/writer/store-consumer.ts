import type { Health, Logger } from '@spanwise/runtime';
import { crashLevel, persist, undecodableBatch, whileRunning } from '@spanwise/stream';
import type { Admin, Consumer, ConsumerGroupJoinEvent, EachBatchPayload, KafkaMessage, Offsets } from 'kafkajs';
import type { Sink } from '../sinks.ts';
import { AssignedPartition } from './assigned-partition.ts';
import type { Message } from './batch.ts';
import type { Commit } from './batch-writer.ts';
import { committedOffsets, partitionId } from './committed-offsets.ts';
import type { FetchBudget } from './fetch-budget.ts';
import type { PartitionWriter } from './partition-writer.ts';

export interface StoreConsumerParts {
  consumer: Consumer;
  admin: Admin;
  groupId: string;
  /** Sinks by topic name with prefix */
  sinks: ReadonlyMap<string, Sink>;
  budget: FetchBudget;
  createWriter(topic: string, partition: number, sink: Sink): PartitionWriter;
  /** kafkajs gave up and will not restart the consumer by itself. */
  onFatal(error: Error): void;
  onOffsetsRetry(): void;
  /** Kafka deleted messages before they were stored. */
  onLostInput(sink: Sink, messages: number): void;
  health: Health;
  logger: Logger;
}

/**
 * The consumer group of `store`: gives every assigned partition a writer, feeds it, pauses it when it is full, and on each
 * rebalance starts anew from the committed offsets. kafkajs tells of no revocation: writers end when the group has
 * joined again, and until then a commit of theirs carries the old generation, which the broker refuses.
 */
export class StoreConsumer {
  readonly #parts: StoreConsumerParts;
  readonly #stopping = new AbortController();
  #generation = new AbortController();
  #assigned = new Map<string, AssignedPartition>();

  constructor(parts: StoreConsumerParts) {
    this.#parts = parts;
  }

  /** Joins the group and consumes until stopped. */
  async start(): Promise<void> {
    const { consumer, sinks, health, logger } = this.#parts;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.#joined(payload));
    // also of batches that hold transaction markers only, which reach no handler
    consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
      this.#assigned.get(partitionId(payload.topic, payload.partition))?.fetched(payload);
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      const { error, groupId, restart } = payload;
      health.set('kafka', false, `the consumer has crashed: ${error.message}`);
      logger[restart ? crashLevel(error) : 'error'](
        { groupId, topics: [...sinks.keys()], restart, err: error, runbook: 'A consumer crashes again and again' },
        restart ? 'the consumer has crashed; it joins again' : 'the consumer has crashed for good',
      );
      if (!restart) this.#parts.onFatal(error);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [...sinks.keys()], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => this.#eachBatch(payload),
    });
  }

  /** Stores what is held, as far as it goes within the time, then leaves the group. */
  async stop(timeoutMs: number): Promise<void> {
    this.#stopping.abort(new Error('store is stopping'));
    for (const assigned of this.#assigned.values()) assigned.pause();
    const flushed = Promise.all([...this.#assigned.values()].map(({ writer }) => writer.flush()));
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      flushed,
      new Promise((resolve) => {
        timer = setTimeout(resolve, timeoutMs);
      }),
    ]);
    clearTimeout(timer);
    this.#generation.abort(new Error('store is stopping'));
    for (const { writer } of this.#assigned.values()) void writer.close();
    await this.#parts.consumer.disconnect();
  }

  /** Fetches again what was paused and has room now. */
  resume(): void {
    if (this.#stopping.signal.aborted) return;
    for (const assigned of this.#parts.budget.toResume(this.#assigned.values())) assigned.resume();
  }

  get bufferedBytes(): number {
    let bytes = 0;
    for (const { writer } of this.#assigned.values()) bytes += writer.bufferedBytes;
    return bytes;
  }

  get haltedPartitions(): number {
    return [...this.#assigned.values()].filter(({ writer }) => writer.halted).length;
  }

  /** To be told by a writer that reads other than what was announced. The others go on; readiness and an alert tell. */
  halted(topic: string, partition: number, why: string): void {
    this.#parts.health.set('partitions', false, `${partitionId(topic, partition)} is halted: ${why}`);
    this.#parts.logger.error(
      { topic, partition, why, runbook: 'Halted partition' },
      'a partition is halted: what it reads is not what was announced',
    );
  }

  *lagByTopic(): Iterable<[topic: string, messages: number]> {
    const lag = new Map<string, number>();
    for (const assigned of this.#assigned.values()) {
      const { topic } = assigned.writer.sink;
      lag.set(topic, (lag.get(topic) ?? 0) + assigned.lag);
    }
    yield* lag;
  }

  *oldestUnstoredByTopic(): Iterable<[topic: string, seconds: number]> {
    const ages = new Map<string, number>();
    for (const { writer } of this.#assigned.values()) {
      const age = writer.oldest === undefined ? 0 : Math.max(0, (Date.now() - writer.oldest) / 1000);
      ages.set(writer.sink.topic, Math.max(ages.get(writer.sink.topic) ?? 0, age));
    }
    yield* ages;
  }

  /** How far behind the end of the topics the paused partitions are; those that fetch learn it as they go. */
  async refreshWatermarks(): Promise<void> {
    const paused = [...this.#assigned.values()].filter((assigned) => assigned.paused);
    for (const topic of new Set(paused.map(({ writer }) => writer.topic))) {
      for (const { partition, high } of await this.#parts.admin.fetchTopicOffsets(topic)) {
        const assigned = this.#assigned.get(partitionId(topic, partition));
        if (assigned) assigned.highWatermark = Number(high);
      }
    }
  }

  #joined({ memberAssignment }: ConsumerGroupJoinEvent['payload']): void {
    const { consumer, sinks, createWriter, health, logger } = this.#parts;
    const before = this.#assigned;
    this.#generation.abort(new Error('the group has joined anew'));
    this.#generation = new AbortController();
    this.#assigned = new Map();
    health.set('partitions', true);
    for (const [topic, partitions] of Object.entries(memberAssignment)) {
      const sink = sinks.get(topic);
      if (!sink) continue;
      for (const partition of partitions) {
        const assigned = new AssignedPartition(createWriter(topic, partition, sink), consumer, logger, (messages) =>
          this.#parts.onLostInput(sink, messages),
        );
        this.#assigned.set(partitionId(topic, partition), assigned);
        assigned.pause();
      }
    }
    const closed = new Map([...before].map(([id, { writer }]) => [id, writer.close()]));
    for (const { writer } of before.values()) {
      // a partition that went away may come back, and would still be paused then
      if (!this.#assigned.has(partitionId(writer.topic, writer.partition))) {
        whileRunning(() => consumer.resume([{ topic: writer.topic, partitions: [writer.partition] }]));
      }
    }
    const { signal } = this.#generation;
    this.#begin(closed, signal).catch((error) => {
      if (signal.aborted) return;
      health.set('kafka', false, `committed offsets: ${error.message}`);
      logger.error(
        { groupId: this.#parts.groupId, err: error, runbook: 'Partitions restart' },
        'the assigned partitions could not be started',
      );
    });
  }

  async #begin(closed: Map<string, Promise<void>>, signal: AbortSignal): Promise<void> {
    const { admin, groupId, sinks, health, logger } = this.#parts;
    const standings = await persist(
      () => committedOffsets(admin, groupId, [...sinks.keys()]),
      signal,
      (error, failures) => {
        this.#parts.onOffsetsRetry();
        health.set('kafka', false, 'committed offsets cannot be read');
        logger.warn({ failures, err: error }, 'committed offsets could not be read');
      },
    );
    health.set('kafka', true);
    await Promise.all(
      [...this.#assigned].map(async ([id, assigned]) => {
        // an insert that still runs here ends first
        await closed.get(id);
        signal.throwIfAborted();
        assigned.begin(standings.get(id) ?? { offset: undefined, intent: undefined });
      }),
    );
    this.resume();
  }

  #eachBatch({ batch, resolveOffset, commitOffsetsIfNecessary }: EachBatchPayload): void {
    const assigned = this.#assigned.get(partitionId(batch.topic, batch.partition));
    const last = batch.messages.at(-1);
    if (!assigned || !last) return;
    // fetched before it was paused, or a step ahead: comes again
    if (!assigned.begun || assigned.paused || !assigned.follows(batch)) return;
    const { writer } = assigned;
    const wasRecovering = writer.recovering;
    writer.take(batch.messages.map(toMessage), commitOnce(writer, commitOffsetsIfNecessary));
    resolveOffset(last.offset);
    assigned.fetchedTo = Number(batch.lastOffset()) + 1;
    if (!writer.recovering && (writer.full || this.#parts.budget.isSpent(this.#assigned.values()))) assigned.pause();
    // the next can be read again
    if (wasRecovering && !writer.recovering) this.resume();
  }
}

/**
 * A commit that is tried once, in the generation of the group that is current when it is called. `consumer.commitOffsets`
 * would not do: it repeats by itself, after a rebalance in the new generation, and would set back the offset of another
 * owner; and it does nothing, in silence, when the consumer is not running.
 */
function commitOnce(
  { topic, partition }: PartitionWriter,
  commitOffsets: EachBatchPayload['commitOffsetsIfNecessary'],
): Commit {
  return (offset, metadata) => {
    const partitions = [{ partition, offset: String(offset), metadata }];
    return commitOffsets({ topics: [{ topic, partitions }] } satisfies Offsets);
  };
}

function toMessage(message: KafkaMessage): Message {
  const { offset, timestamp, key, value } = message;
  const plain = { offset: Number(offset), timestamp: Number(timestamp), key, value };
  const undecodable = undecodableBatch(message);
  return undecodable ? { ...plain, undecodable } : plain;
}
