import kafkajs, { type CompressionTypes, type Kafka, type Producer } from 'kafkajs';
import type { BlockProducer } from './span-writer.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

const compressionTypes: Record<Compression, CompressionTypes> = {
  none: kafkajs.CompressionTypes.None,
  gzip: kafkajs.CompressionTypes.GZIP,
  zstd: kafkajs.CompressionTypes.ZSTD,
};

/**
 * Writes blocks to one topic with acks=all through an idempotent producer, so that what kafkajs retries is there once.
 * A producer that failed is replaced: it would give the sequence numbers of the failed batch to the next one, and the broker,
 * which may have the failed one after all, would acknowledge the next as a duplicate without storing it.
 */
export class KafkaBlockProducer implements BlockProducer, AsyncDisposable {
  readonly #kafka: Kafka;
  readonly #topic: string;
  readonly #compression: CompressionTypes;
  #producer: Producer | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(kafka: Kafka, topic: string, compression: Compression) {
    this.#kafka = kafka;
    this.#topic = topic;
    this.#compression = compressionTypes[compression];
  }

  /** Sends go one after the other: kafkajs gives a failed batch's sequence number to the next, which must not be under way yet. */
  send(messages: { partition: number; value: Buffer }[]): Promise<void> {
    const sent = this.#turn.then(() => this.#sendNow(messages));
    this.#turn = sent.catch(() => {});
    return sent;
  }

  async #sendNow(messages: { partition: number; value: Buffer }[]): Promise<void> {
    try {
      const producer = await this.#connected();
      await producer.sendBatch({
        acks: -1,
        compression: this.#compression,
        topicMessages: [{ topic: this.#topic, messages: messages.map((message) => ({ key: null, ...message })) }],
      });
    } catch (error) {
      await this.#replace();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#replace();
  }

  async #connected(): Promise<Producer> {
    if (!this.#producer) {
      this.#producer = this.#kafka.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        retry: { retries: 6, initialRetryTime: 50, maxRetryTime: 1000 },
      });
      await this.#producer.connect();
    }
    return this.#producer;
  }

  async #replace(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.disconnect().catch(() => {});
  }
}
