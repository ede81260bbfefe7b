import type { Kafka, Transaction as KafkaTransaction, Producer, ProducerBatch } from 'kafkajs';
import kafkajs from 'kafkajs';
import type { OutgoingMessage, Transaction, TransactionalProducer } from './broker.ts';

export interface ProducerOptions {
  /** An open transaction blocks every read_committed reader: how long at most when its owner freezes. */
  transactionTimeoutMs: number;
  compression: kafkajs.CompressionTypes;
}

/**
 * A kafkajs producer for one transactional id. Settings as measured: with the default retry time (300 ms) at most seven
 * transactions a second pass, since the next one begins while the last still ends (CONCURRENT_TRANSACTIONS).
 */
export class KafkaTransactionalProducer implements TransactionalProducer {
  readonly #producer: Producer;
  readonly #compression: kafkajs.CompressionTypes;

  constructor(kafka: Kafka, transactionalId: string, options: ProducerOptions) {
    this.#compression = options.compression;
    this.#producer = kafka.producer({
      transactionalId,
      transactionTimeout: options.transactionTimeoutMs,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: { initialRetryTime: 10, maxRetryTime: 250, retries: 40 },
    });
  }

  connect(): Promise<void> {
    return this.#producer.connect();
  }

  async fence(message: OutgoingMessage): Promise<number> {
    return this.#inTransaction(async (transaction) => {
      const [written] = await transaction.sendBatch(this.#request([message]));
      return Number(written?.baseOffset);
    });
  }

  async transact({ sends, group, topic, partition, offset }: Transaction): Promise<void> {
    await this.#inTransaction(async (transaction) => {
      const bases: Map<string, number>[] = [];
      for (const send of sends) {
        const written = await transaction.sendBatch(this.#request(send));
        bases.push(new Map(written.map((w) => [`${w.topicName}/${w.partition}`, Number(w.baseOffset)])));
      }
      const next = offset((index, name, part) => bases[index]?.get(`${name}/${part}`));
      // kafkajs passes metadata on, its types do not know it
      const committed = { partition, offset: `${next.offset}`, metadata: next.metadata };
      await transaction.sendOffsets({ consumerGroupId: group, topics: [{ topic, partitions: [committed] }] });
    });
  }

  async close(): Promise<void> {
    await this.#producer.disconnect().catch(() => {});
  }

  async #inTransaction<T>(work: (transaction: KafkaTransaction) => Promise<T>): Promise<T> {
    const transaction = await this.#producer.transaction();
    try {
      const result = await work(transaction);
      await transaction.commit();
      return result;
    } catch (error) {
      // frees the readers at once where that is possible; else the next owner or the timeout does
      if (transaction.isActive()) await transaction.abort().catch(() => {});
      throw error;
    }
  }

  #request(messages: readonly OutgoingMessage[]): ProducerBatch {
    const byTopic = Map.groupBy(messages, ({ topic }) => topic);
    return {
      acks: -1,
      compression: this.#compression,
      topicMessages: [...byTopic].map(([topic, list]) => ({
        topic,
        messages: list.map(({ partition, value, time }) => ({
          ...{ partition, value, key: null },
          ...(time === undefined ? {} : { timestamp: `${time}` }),
        })),
      })),
    };
  }
}
