import kafkajs, { type Kafka, type Producer } from 'kafkajs';

export interface TopicMessage {
  readonly partition: number;
  readonly value: Buffer;
  readonly key?: string;
  /** What time it is, milliseconds since the epoch; counts where the topic has `CreateTime`. */
  readonly timeMs: number;
}

/** A batch of one partition stays below Kafka's message.max.bytes. */
const MOST_BYTES = 700 * 1024;

/** Writes messages with times of their own to a topic: in order, each once, acknowledged by all replicas. */
export class TopicWriter implements AsyncDisposable {
  readonly partitions: number;
  readonly #topic: string;
  readonly #producer: Producer;
  #turn: Promise<void> = Promise.resolve();

  private constructor(producer: Producer, topic: string, partitions: number) {
    this.#producer = producer;
    this.#topic = topic;
    this.partitions = partitions;
  }

  /** @throws KafkaJSError when there is no broker, or no such topic */
  static async open(kafka: Kafka, topic: string): Promise<TopicWriter> {
    const admin = kafka.admin();
    await admin.connect();
    let partitions: number;
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      partitions = topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
    } finally {
      await admin.disconnect();
    }
    if (partitions === 0) throw new Error(`there is no topic ${topic}: start the pipeline, which creates it, first`);
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return new TopicWriter(producer, topic, partitions);
  }

  /** Resolves when Kafka has acknowledged all of them. One call after the other: kafkajs would mix up sequence numbers. */
  send(messages: readonly TopicMessage[]): Promise<void> {
    const sent = this.#turn.then(() => this.#sendAll(messages));
    this.#turn = sent.catch(() => {});
    return sent;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turn;
    await this.#producer.disconnect();
  }

  async #sendAll(messages: readonly TopicMessage[]): Promise<void> {
    for (const batch of batchesOf(messages)) {
      await this.#producer.send({
        topic: this.#topic,
        acks: -1,
        messages: batch.map(({ partition, value, key = null, timeMs }) => ({
          ...{ partition, value, key },
          timestamp: String(Math.round(timeMs)),
        })),
      });
    }
  }
}

/** As few requests as keep the batch of each partition within bounds. */
function* batchesOf(messages: readonly TopicMessage[]): Generator<readonly TopicMessage[]> {
  let start = 0;
  const bytes = new Map<number, number>();
  for (const [index, { partition, value }] of messages.entries()) {
    const sum = (bytes.get(partition) ?? 0) + value.length;
    if (index > start && sum > MOST_BYTES) {
      yield messages.slice(start, index);
      start = index;
      bytes.clear();
      bytes.set(partition, value.length);
    } else {
      bytes.set(partition, sum);
    }
  }
  if (start < messages.length) yield messages.slice(start);
}
