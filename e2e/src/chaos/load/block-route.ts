import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Kafka, type Producer } from 'kafkajs';

interface Waiting {
  readonly partition: number;
  readonly value: Buffer;
  readonly sent: PromiseWithResolvers<void>;
}

const LINGER_MS = 15;
const RETRY_MS = 200;
/** A batch of one partition stays below Kafka's message.max.bytes. */
const MOST_BYTES = 700 * 1024;

/** Blocks straight into a topic, as a client with a producer of its own sends them: again until Kafka acknowledges. */
export class BlockRoute implements AsyncDisposable {
  readonly #producer: Producer;
  readonly #topic: string;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #closed = false;
  /** Requests that failed and were sent again: what they carried may be there twice. */
  resent = 0;

  private constructor(producer: Producer, topic: string) {
    this.#producer = producer;
    this.#topic = topic;
  }

  static async open(kafka: Kafka, topic: string): Promise<BlockRoute> {
    const producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 500 },
    });
    await producer.connect();
    return new BlockRoute(producer, topic);
  }

  /** Resolves when Kafka has it; rejects only when the route is closed before. */
  send(partition: number, value: Buffer): Promise<void> {
    const sent = Promise.withResolvers<void>();
    this.#waiting.push({ partition, value, sent });
    this.#running ??= this.#run();
    return sent.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#producer.disconnect().catch(() => {});
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await sleep(LINGER_MS);
      const batch = this.#take();
      await this.#sendUntilAcknowledged(batch);
    }
    this.#running = undefined;
  }

  #take(): Waiting[] {
    const bytes = new Map<number, number>();
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    for (const waiting of this.#waiting) {
      const { partition, value } = waiting;
      const sum = bytes.get(partition) ?? 0;
      const fits = sum === 0 || sum + value.length <= MOST_BYTES;
      (fits ? batch : left).push(waiting);
      // once one had to wait, those behind it wait too
      bytes.set(partition, fits ? sum + value.length : Number.POSITIVE_INFINITY);
    }
    this.#waiting = left;
    return batch;
  }

  async #sendUntilAcknowledged(batch: readonly Waiting[]): Promise<void> {
    const messages = batch.map(({ partition, value }) => ({ partition, key: null, value }));
    while (!this.#closed) {
      try {
        await this.#producer.sendBatch({
          acks: -1,
          compression: kafkajs.CompressionTypes.ZSTD,
          topicMessages: [{ topic: this.#topic, messages }],
        });
        for (const { sent } of batch) sent.resolve();
        return;
      } catch {
        this.resent += 1;
        await sleep(RETRY_MS);
      }
    }
    for (const { sent } of batch) sent.reject(new Error('the load was stopped'));
  }
}
