import { randomUUID } from 'node:crypto';
import { type DeadLetter, decodeBlock, topic } from '@spanwise/schemas';
import type { Kafka } from 'kafkajs';

/** Where a topic ended at some moment: offsets by partition. */
export type TopicEnd = ReadonlyMap<number, bigint>;

const READ_TIMEOUT_MS = 20_000;

/** The dead letters of a pipeline, counted from the moment this is opened. */
export class DeadLetterWatch {
  readonly #kafka: Kafka;
  readonly #topic: string;
  readonly #start: TopicEnd;

  private constructor(kafka: Kafka, name: string, start: TopicEnd) {
    this.#kafka = kafka;
    this.#topic = name;
    this.#start = start;
  }

  static async open(kafka: Kafka, topicPrefix: string): Promise<DeadLetterWatch> {
    const name = topicPrefix + topic('dead-letters').name;
    return new DeadLetterWatch(kafka, name, await endOf(kafka, name));
  }

  /** Those written since. Reads the topic only if it has grown, which also the mark of a transaction makes it do. */
  async read(): Promise<DeadLetter[]> {
    const end = await endOf(this.#kafka, this.#topic);
    const grown = [...end].filter(([partition, offset]) => offset > (this.#start.get(partition) ?? 0n));
    return grown.length === 0 ? [] : await this.#readUntil(new Map(grown));
  }

  async #readUntil(end: TopicEnd): Promise<DeadLetter[]> {
    const groupId = `spanwise-local-${randomUUID()}`;
    const consumer = this.#kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
    const found: DeadLetter[] = [];
    const open = new Set(end.keys());
    const { promise: done, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error(`${this.#topic} could not be read to its end`)), READ_TIMEOUT_MS);
    try {
      await consumer.connect();
      await consumer.subscribe({ topic: this.#topic, fromBeginning: true });
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
        if (BigInt(payload.lastOffset) + 1n >= (end.get(payload.partition) ?? 0n)) open.delete(payload.partition);
        if (open.size === 0) resolve();
      });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: true,
        eachBatch: async ({ batch }) => {
          const start = this.#start.get(batch.partition) ?? 0n;
          for (const { offset, value } of batch.messages) {
            if (BigInt(offset) >= start && value) found.push(...decodeBlock('DeadLetter', value));
          }
        },
      });
      for (const partition of end.keys()) {
        consumer.seek({ topic: this.#topic, partition, offset: String(this.#start.get(partition) ?? 0n) });
      }
      await done;
    } finally {
      clearTimeout(timer);
      await consumer.disconnect();
      await this.#forget(groupId);
    }
    return found;
  }

  async #forget(groupId: string): Promise<void> {
    const admin = this.#kafka.admin();
    await admin.connect();
    await admin.deleteGroups([groupId]).catch(() => {});
    await admin.disconnect();
  }
}

async function endOf(kafka: Kafka, name: string): Promise<TopicEnd> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(name);
    return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
  } finally {
    await admin.disconnect();
  }
}

/** Trace ids that a dead letter's bytes mention: strings stand verbatim in Avro. */
export function traceIdsIn({ value }: DeadLetter): Set<string> {
  const text = value ? Buffer.from(value).toString('latin1') : '';
  return new Set(text.match(/(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g) ?? []);
}
