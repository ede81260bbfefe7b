import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { BrokerMessage } from './broker.ts';
import { brokerMessage } from './kafkajs-group.ts';

interface Reading {
  position: number;
  readonly to: number;
  readonly visit: (message: BrokerMessage) => void;
  readonly finish: (error?: Error) => void;
}

/** How long a reader waits for the next request before it goes: restores come in waves. */
const LINGER_MS = 500;

/**
 * Reads partitions of one topic from offset to offset. kafkajs cannot assign partitions by hand, so it is a consumer in a
 * group of its own, whose only member gets all partitions; all are paused but those being read. The group is deleted at the end.
 */
export class KafkaPartitionReader {
  readonly #consumer: Consumer;
  readonly #admin: Admin;
  readonly #topic: string;
  readonly #group: string;
  readonly #readings = new Map<number, Reading>();
  readonly #joined: Promise<void>;
  #closed = false;

  constructor(kafka: Kafka, admin: Admin, topic: string, groupPrefix: string) {
    this.#admin = admin;
    this.#topic = topic;
    this.#group = `${groupPrefix}-restore-${randomUUID()}`;
    this.#consumer = kafka.consumer({
      groupId: this.#group,
      maxWaitTimeInMs: 50,
      maxBytesPerPartition: 4 * 1024 * 1024,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, retries: 5, restartOnFailure: async () => false },
    });
    const { GROUP_JOIN, CRASH } = this.#consumer.events;
    this.#joined = new Promise((resolve, reject) => {
      this.#consumer.on(GROUP_JOIN, () => {
        this.#consumer.pause([{ topic }]);
        for (const partition of this.#readings.keys()) this.#begin(partition);
        resolve();
      });
      this.#consumer.on(CRASH, ({ payload }) => {
        this.#closed = true;
        for (const reading of [...this.#readings.values()]) reading.finish(payload.error);
        reject(payload.error);
      });
    });
    this.#joined.catch(() => {});
  }

  /** False once it has failed or gone: make another. */
  get usable(): boolean {
    return !this.#closed;
  }

  async start(): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topic: this.#topic, fromBeginning: true });
    await this.#consumer.run({ autoCommit: false, eachBatch: async (payload) => this.#onBatch(payload) });
    await this.#joined;
  }

  async read(
    partition: number,
    from: number,
    to: number,
    visit: (message: BrokerMessage) => void,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const abort = () => finish(signal.reason);
      const finish = (error?: Error) => {
        this.#readings.delete(partition);
        signal.removeEventListener('abort', abort);
        if (!this.#closed) this.#consumer.pause([{ topic: this.#topic, partitions: [partition] }]);
        if (error) reject(error);
        else resolve();
      };
      signal.addEventListener('abort', abort);
      this.#readings.set(partition, { position: from, to, visit, finish });
      this.#begin(partition);
    });
  }

  /** Closes if nothing is being read a while later. */
  async closeWhenIdle(): Promise<void> {
    await sleep(LINGER_MS, undefined, { ref: false });
    if (this.#readings.size === 0 && !this.#closed) await this.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const reading of [...this.#readings.values()]) reading.finish(new Error('the broker was closed'));
    await this.#consumer.disconnect().catch(() => {});
    await this.#admin.deleteGroups([this.#group]).catch(() => {});
  }

  #begin(partition: number): void {
    const offset = this.#readings.get(partition)?.position;
    this.#consumer.seek({ topic: this.#topic, partition, offset: `${offset}` });
    this.#consumer.resume([{ topic: this.#topic, partitions: [partition] }]);
  }

  #onBatch({ batch, isStale }: EachBatchPayload): void {
    const reading = this.#readings.get(batch.partition);
    if (!reading || isStale()) return;
    try {
      for (const message of batch.messages.map(brokerMessage)) {
        if (message.offset < reading.position || message.offset > reading.to) continue;
        reading.position = message.offset + 1;
        reading.visit(message);
      }
      if (reading.position > reading.to) reading.finish();
      else if (Number(batch.lastOffset()) >= reading.to) {
        reading.finish(new Error(`${this.#topic}/${batch.partition} has no message at offset ${reading.to}`));
      }
    } catch (error) {
      reading.finish(error as Error);
    }
  }
}
