import type { Health, Logger } from '@spanwise/runtime';
import { crashLevel, undecodableBatch } from '@spanwise/stream';
import type { Admin, Batch, Consumer, ConsumerGroupJoinEvent, EachBatchPayload, KafkaMessage, Offsets } from 'kafkajs';
import type { Sink } from '../sinks.ts';
import { persist } from './back-off.ts';
import type { Message } from './batch.ts';
import { committedOffsets, partitionId, type Standing } from './committed-offsets.ts';
import type { Commit, PartitionWriter } from './partition-writer.ts';

export interface StoreConsumerParts {
  consumer: Consumer;
  admin: Admin;
  groupId: string;
  /** Sinks by topic name with prefix */
  sinks: ReadonlyMap<string, Sink>;
  bufferBytes: number;
  createWriter(topic: string, partition: number, sink: Sink): PartitionWriter;
  /** kafkajs gave up and will not restart the consumer by itself. */
  onFatal(error: Error): void;
  onOffsetsRetry(): void;
  health: Health;
  logger: Logger;
}

interface Assigned {
  writer: PartitionWriter;
  /** Its committed offset and intent are known: it may take messages. */
  begun: boolean;
  paused: boolean;
  /** Offset after the last one fetched; undefined before the first of a partition without committed offset */
  fetchedTo: number | undefined;
  /** The last batch did not follow on, and is fetched again. */
  missedOnce: boolean;
  /** End of the partition, as last heard */
  highWatermark: number;
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
  #assigned = new Map<string, Assigned>();

  constructor(parts: StoreConsumerParts) {
    this.#parts = parts;
  }

  /** Joins the group and consumes until stopped. */
  async start(): Promise<void> {
    const { consumer, sinks, health, logger } = this.#parts;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.#joined(payload));
    // also of batches that hold transaction markers only, which reach no handler
    consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
      const assigned = this.#assigned.get(partitionId(payload.topic, payload.partition));
      if (!assigned) return;
      assigned.highWatermark = Number(payload.highWatermark);
      const { fetchedTo } = assigned;
      if (payload.batchSize === 0 && fetchedTo !== undefined && Number(payload.firstOffset) <= fetchedTo) {
        assigned.fetchedTo = Math.max(fetchedTo, Number(payload.lastOffset) + 1);
      }
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      const { error, groupId, restart } = payload;
      health.set('kafka', false, `the consumer has crashed: ${error.message}`);
      logger[restart ? crashLevel(error) : 'error'](
        { groupId, topics: [...sinks.keys()], restart, err: error },
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
    for (const assigned of this.#assigned.values()) this.#pause(assigned);
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
    const room = this.bufferedBytes < this.#parts.bufferBytes;
    for (const assigned of this.#assigned.values()) {
      if (!assigned.paused || !assigned.begun || assigned.writer.full) continue;
      // what was announced has to be collected whole, or it would never leave the buffer
      if (!room && !assigned.writer.recovering) continue;
      assigned.paused = false;
      const { topic, partition } = assigned.writer;
      this.#parts.consumer.resume([{ topic, partitions: [partition] }]);
    }
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

  *lagByTopic(): Iterable<[topic: string, records: number]> {
    const lag = new Map<string, number>();
    for (const { writer, fetchedTo, highWatermark } of this.#assigned.values()) {
      const { topic } = writer.sink;
      // an idle writer has stored all that was fetched; what lies between are transaction markers
      const done = (writer.idle && !writer.halted ? fetchedTo : writer.storedTo) ?? 0;
      lag.set(topic, (lag.get(topic) ?? 0) + Math.max(0, highWatermark - done));
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
        const writer = createWriter(topic, partition, sink);
        const assigned = {
          writer,
          begun: false,
          paused: false,
          missedOnce: false,
          fetchedTo: undefined,
          highWatermark: 0,
        };
        this.#assigned.set(partitionId(topic, partition), assigned);
        this.#pause(assigned);
      }
    }
    const closed = new Map([...before].map(([id, { writer }]) => [id, writer.close()]));
    for (const { writer } of before.values()) {
      // a partition that went away may come back, and would still be paused then
      if (!this.#assigned.has(partitionId(writer.topic, writer.partition))) {
        consumer.resume([{ topic: writer.topic, partitions: [writer.partition] }]);
      }
    }
    const { signal } = this.#generation;
    this.#begin(closed, signal).catch((error) => {
      if (signal.aborted) return;
      health.set('kafka', false, `committed offsets: ${error.message}`);
      logger.error({ err: error }, 'the assigned partitions could not be started');
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
        this.#beginOne(assigned, standings.get(id) ?? { offset: undefined, intent: undefined });
      }),
    );
    this.resume();
  }

  #beginOne(assigned: Assigned, { offset, intent, unreadable }: Standing): void {
    assigned.begun = true;
    assigned.fetchedTo = offset;
    if (unreadable) assigned.writer.halt(unreadable);
    else assigned.writer.begin(offset, intent);
  }

  #eachBatch({ batch, resolveOffset, commitOffsetsIfNecessary }: EachBatchPayload): void {
    const assigned = this.#assigned.get(partitionId(batch.topic, batch.partition));
    const last = batch.messages.at(-1);
    if (!assigned || !last) return;
    // fetched before it was paused, or a step ahead: comes again
    if (!assigned.begun || assigned.paused || !this.#follows(assigned, batch)) return;
    const { writer } = assigned;
    writer.take(batch.messages.map(toMessage), commitOnce(writer, commitOffsetsIfNecessary));
    resolveOffset(last.offset);
    assigned.fetchedTo = Number(batch.lastOffset()) + 1;
    if (!writer.recovering && (writer.full || this.bufferedBytes >= this.#parts.bufferBytes)) this.#pause(assigned);
  }

  /**
   * Whether a fetched batch goes on where the last one ended. After a rebalance one fetched before it could come late, and
   * taking it would leave out what lies between. What is missing still when it was fetched once more is gone from Kafka.
   */
  #follows(assigned: Assigned, batch: Batch): boolean {
    const { fetchedTo, missedOnce, writer } = assigned;
    // kafkajs' types leave it out
    const fetchedOffset = Number((batch as Batch & { fetchedOffset: string }).fetchedOffset);
    const gap = fetchedTo !== undefined && fetchedOffset > fetchedTo;
    assigned.missedOnce = gap && !missedOnce;
    if (!gap) return true;
    const { topic, partition } = writer;
    if (missedOnce) {
      this.#parts.logger.error(
        { topic, partition, from: fetchedTo, to: fetchedOffset, runbook: 'Records lost to retention' },
        'messages are gone from Kafka before they were stored',
      );
      return true;
    }
    this.#parts.consumer.seek({ topic, partition, offset: String(fetchedTo) });
    return false;
  }

  #pause(assigned: Assigned): void {
    assigned.paused = true;
    const { topic, partition } = assigned.writer;
    this.#parts.consumer.pause([{ topic, partitions: [partition] }]);
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
