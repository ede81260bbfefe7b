import kafkajs, { type Admin, type Kafka, type Producer } from 'kafkajs';
import type {
  Broker,
  BrokerMessage,
  CommittedOffset,
  GroupListener,
  GroupMember,
  OutgoingMessage,
  TransactionalProducer,
} from './broker.ts';
import { type KafkaOptions, kafkaClient } from './kafkajs-client.ts';
import { type GroupOptions, KafkaGroupMember } from './kafkajs-group.ts';
import { KafkaTransactionalProducer, type ProducerOptions } from './kafkajs-producer.ts';
import { KafkaPartitionReader } from './kafkajs-reader.ts';

export interface KafkaBrokerOptions extends KafkaOptions, Partial<GroupOptions>, Partial<ProducerOptions> {}

const DEFAULTS: GroupOptions & ProducerOptions = {
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 500,
  fetchMinBytes: 64 * 1024,
  fetchMaxWaitMs: 100,
  fetchMaxBytesPerPartition: 1024 * 1024,
  transactionTimeoutMs: 10_000,
  compression: kafkajs.CompressionTypes.None,
};

/** The broker interface on real Kafka. */
export class KafkaBroker implements Broker {
  readonly #kafka: Kafka;
  readonly #admin: Admin;
  readonly #producer: Producer;
  readonly #clientId: string;
  readonly #options: GroupOptions & ProducerOptions;
  readonly #readers = new Map<string, Promise<KafkaPartitionReader>>();
  #connectedProducer: Promise<void> | undefined;

  private constructor(options: KafkaBrokerOptions) {
    const { brokers: _, clientId, logger: __, ...rest } = options;
    this.#options = { ...DEFAULTS, ...rest };
    this.#clientId = clientId;
    this.#kafka = kafkaClient(options);
    this.#admin = this.#kafka.admin();
    this.#producer = this.#kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
  }

  /** Connects. Throws when no broker answers. */
  static async connect(options: KafkaBrokerOptions): Promise<KafkaBroker> {
    const broker = new KafkaBroker(options);
    await broker.#admin.connect();
    return broker;
  }

  async partitionsOf(topic: string): Promise<number> {
    const { topics } = await this.#admin.fetchTopicMetadata({ topics: [topic] });
    const found = topics.find(({ name }) => name === topic);
    if (!found) throw new Error(`there is no topic ${topic}`);
    return found.partitions.length;
  }

  async join(group: string, topic: string, listener: GroupListener): Promise<GroupMember> {
    const member = new KafkaGroupMember(this.#kafka, group, topic, listener, this.#options);
    try {
      await member.run();
    } catch (error) {
      await member.close();
      throw error;
    }
    return member;
  }

  async transactionalProducer(transactionalId: string): Promise<TransactionalProducer> {
    const producer = new KafkaTransactionalProducer(this.#kafka, transactionalId, this.#options);
    await producer.connect();
    return producer;
  }

  async read(
    topic: string,
    partition: number,
    fromOffset: number,
    toOffset: number,
    visit: (message: BrokerMessage) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { low } = await this.watermarks(topic, partition);
    const reader = await this.#reader(topic);
    try {
      await reader.read(partition, Math.max(low, fromOffset), toOffset, visit, signal);
    } finally {
      void reader.closeWhenIdle();
    }
  }

  async committed(group: string, topic: string, partition: number): Promise<CommittedOffset | undefined> {
    const [fetched] = await this.#admin.fetchOffsets({ groupId: group, topics: [topic] });
    const found = fetched?.partitions.find((candidate) => candidate.partition === partition);
    const offset = Number(found?.offset ?? -1);
    return offset < 0 ? undefined : { offset, metadata: found?.metadata ?? '' };
  }

  async watermarks(topic: string, partition: number): Promise<{ low: number; high: number }> {
    const offsets = await this.#admin.fetchTopicOffsets(topic);
    const found = offsets.find((candidate) => candidate.partition === partition);
    if (!found) throw new Error(`${topic} has no partition ${partition}`);
    return { low: Number(found.low), high: Number(found.high) };
  }

  async append({ topic, partition, value }: OutgoingMessage): Promise<void> {
    this.#connectedProducer ??= this.#producer.connect();
    await this.#connectedProducer.catch((error) => {
      this.#connectedProducer = undefined;
      throw error;
    });
    await this.#producer.send({ topic, acks: -1, messages: [{ partition, key: null, value }] });
  }

  async deleteRecords(topic: string, partition: number, beforeOffset: number): Promise<void> {
    // kafkajs deletes only where it knows the leader; asking for the offsets makes it know
    const { low } = await this.watermarks(topic, partition);
    if (low >= beforeOffset) return;
    await this.#admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: `${beforeOffset}` }] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const readers = await Promise.allSettled(this.#readers.values());
    for (const reader of readers) if (reader.status === 'fulfilled') await reader.value.close();
    if (this.#connectedProducer) await this.#producer.disconnect().catch(() => {});
    await this.#admin.disconnect().catch(() => {});
  }

  async #reader(topic: string): Promise<KafkaPartitionReader> {
    for (;;) {
      let starting = this.#readers.get(topic);
      if (!starting) {
        starting = this.#startReader(topic);
        this.#readers.set(topic, starting);
      }
      const reader = await starting.catch((error) => {
        this.#forget(topic, starting);
        throw error;
      });
      if (reader.usable) return reader;
      this.#forget(topic, starting);
    }
  }

  async #startReader(topic: string): Promise<KafkaPartitionReader> {
    const reader = new KafkaPartitionReader(this.#kafka, this.#admin, topic, this.#clientId);
    try {
      await reader.start();
    } catch (error) {
      await reader.close();
      throw error;
    }
    return reader;
  }

  #forget(topic: string, reader: Promise<KafkaPartitionReader>): void {
    if (this.#readers.get(topic) === reader) this.#readers.delete(topic);
  }
}
