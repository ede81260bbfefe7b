import type { Logger } from '@spanwise/runtime';
import { whileRunning } from '@spanwise/stream';
import type { Batch, Consumer, ConsumerStartBatchProcessEvent } from 'kafkajs';
import type { Standing } from './committed-offsets.ts';
import type { PartitionWriter } from './partition-writer.ts';

/** A partition in one generation of the group: its writer, and how far it was fetched. */
export class AssignedPartition {
  readonly writer: PartitionWriter;
  readonly #consumer: Consumer;
  readonly #logger: Logger;
  readonly #onLostInput: (messages: number) => void;
  /** Its committed offset and intent are known: it may take messages. */
  begun = false;
  paused = false;
  /** Offset after the last one fetched; undefined before the first of a partition without committed offset */
  fetchedTo: number | undefined;
  /** End of the partition, as last heard */
  highWatermark = 0;
  /** The last batch did not follow on, and is fetched again. */
  #strayedOnce = false;

  /** `onLostInput` is told how many messages Kafka deleted before they were stored. */
  constructor(
    writer: PartitionWriter,
    consumer: Consumer,
    logger: Logger,
    onLostInput: (messages: number) => void = () => {},
  ) {
    this.writer = writer;
    this.#consumer = consumer;
    this.#logger = logger;
    this.#onLostInput = onLostInput;
  }

  /** Messages that are not stored yet. */
  get lag(): number {
    const { idle, halted, storedTo } = this.writer;
    // an idle writer has stored all that was fetched; what lies between are transaction markers
    const done = (idle && !halted ? this.fetchedTo : storedTo) ?? 0;
    return Math.max(0, this.highWatermark - done);
  }

  begin({ offset, intent, unreadable }: Standing): void {
    this.begun = true;
    this.fetchedTo = offset;
    if (unreadable) this.writer.halt(unreadable);
    else this.writer.begin(offset, intent);
  }

  /** To be told of every batch that was fetched, also of one that holds transaction markers only. */
  fetched({ batchSize, firstOffset, lastOffset, highWatermark }: ConsumerStartBatchProcessEvent['payload']): void {
    this.highWatermark = Number(highWatermark);
    if (batchSize === 0 && this.fetchedTo !== undefined && Number(firstOffset) <= this.fetchedTo) {
      this.fetchedTo = Math.max(this.fetchedTo, Number(lastOffset) + 1);
    }
  }

  /**
   * Whether a fetched batch goes on where the last one ended. After a rebalance one fetched before it could come late, and
   * taking it would leave out what lies between. What is missing still when it was fetched once more is gone from Kafka, and
   * where the partition still ends before what was stored, the topic was made anew or truncated.
   */
  follows(batch: Batch): boolean {
    const { fetchedTo } = this;
    const { topic, partition } = this.writer;
    const strayedOnce = this.#strayedOnce;
    // kafkajs' types leave it out
    const fetchedOffset = Number((batch as Batch & { fetchedOffset: string }).fetchedOffset);
    const end = Number(batch.highWatermark);
    if (fetchedTo === undefined || (fetchedOffset <= fetchedTo && end >= fetchedTo)) {
      this.#strayedOnce = false;
      return true;
    }
    this.#strayedOnce = !strayedOnce;
    if (!strayedOnce) {
      whileRunning(() => this.#consumer.seek({ topic, partition, offset: String(fetchedTo) }));
      return false;
    }
    if (end < fetchedTo) {
      this.writer.halt(`the topic ends at ${end}, and was read up to ${fetchedTo}: it was made anew or truncated`);
      return false;
    }
    this.#logger.error(
      { topic, partition, from: fetchedTo, to: fetchedOffset, runbook: 'Records lost to retention' },
      'messages are gone from Kafka before they were stored',
    );
    this.#onLostInput(fetchedOffset - fetchedTo);
    return true;
  }

  pause(): void {
    this.paused = true;
    whileRunning(() => this.#consumer.pause([this.#place]));
  }

  resume(): void {
    this.paused = false;
    whileRunning(() => this.#consumer.resume([this.#place]));
  }

  get #place() {
    const { topic, partition } = this.writer;
    return { topic, partitions: [partition] };
  }
}
