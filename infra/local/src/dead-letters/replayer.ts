import { encodeBlock, topic } from '@spanwise/schemas';
import type { Kafka, Producer, Transaction } from 'kafkajs';
import kafkajs from 'kafkajs';
import { type Letter, recordOf } from './letter.ts';

const MOST_LETTERS = 64;
const MOST_BYTES = 1024 * 1024;

interface Sending {
  letter: Letter;
  value: Buffer;
}

/**
 * Sends letters back to where they came from, each with its mark in the same transaction: both are there, or neither. One
 * replay at a time: whoever opens a replayer fences the one before.
 */
export class Replayer implements AsyncDisposable {
  readonly #producer: Producer;
  readonly #prefix: string;
  /** Begun before anything is read, so that what a former replay still wrote is known. */
  #transaction: Transaction | undefined;
  #waiting: Sending[] = [];
  #bytes = 0;

  private constructor(producer: Producer, prefix: string) {
    this.#producer = producer;
    this.#prefix = prefix;
  }

  static async open(kafka: Kafka, prefix: string): Promise<Replayer> {
    const producer = kafka.producer({
      transactionalId: `${prefix}dead-letters-replay`,
      transactionTimeout: 30_000,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: { initialRetryTime: 10, maxRetryTime: 250, retries: 40 },
    });
    await producer.connect();
    const replayer = new Replayer(producer, prefix);
    replayer.#transaction = await producer.transaction();
    return replayer;
  }

  async add(letter: Letter, value: Buffer): Promise<void> {
    this.#waiting.push({ letter, value });
    this.#bytes += value.length;
    if (this.#waiting.length >= MOST_LETTERS || this.#bytes >= MOST_BYTES) await this.flush();
  }

  /** Resolves when all that was added is committed. */
  async flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const transaction = this.#transaction ?? (await this.#producer.transaction());
    this.#transaction = undefined;
    const sendings = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    try {
      for (const { letter, value } of sendings) {
        const message = { partition: letter.partition, key: letter.key, value };
        await transaction.send({
          topic: this.#prefix + letter.topic,
          acks: -1,
          compression: kafkajs.CompressionTypes.GZIP,
          messages: [message],
        });
      }
      const replayedTime = Date.now() * 1_000;
      const marks = sendings.map(({ letter }) => ({ ...recordOf(letter), replayedTime }));
      await transaction.send({
        topic: this.#prefix + topic('dead-letter-replays').name,
        acks: -1,
        messages: [{ key: null, value: encodeBlock('DeadLetterReplay', marks) }],
      });
      await transaction.commit();
    } catch (error) {
      await transaction.abort().catch(() => {});
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#transaction?.isActive()) await this.#transaction.abort().catch(() => {});
    await this.#producer.disconnect();
  }
}
