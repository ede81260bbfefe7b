import { randomUUID } from 'node:crypto';
import type { Kafka, KafkaMessage } from 'kafkajs';

/** Offsets by partition: where a topic began or ended at some moment. */
export type TopicEnd = ReadonlyMap<number, bigint>;

/** So long may pass without a batch. */
const SILENCE_MS = 20_000;

export async function endOf(kafka: Kafka, name: string): Promise<TopicEnd> {
  return (await rangeOf(kafka, name)).to;
}

/** What stands in a topic now. */
export async function rangeOf(kafka: Kafka, name: string): Promise<{ from: TopicEnd; to: TopicEnd }> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(name);
    return {
      from: new Map(offsets.map(({ partition, low }) => [partition, BigInt(low)])),
      to: new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)])),
    };
  } finally {
    await admin.disconnect();
  }
}

/**
 * Reads the partitions that `to` names, committed messages only, from `from` (else the beginning) up to `to`, which is one past
 * the last; each partition in order. The visitor may take its time. Throws when the topic falls silent before its end.
 */
export async function readTopic(
  kafka: Kafka,
  name: string,
  { from, to }: { from: TopicEnd; to: TopicEnd },
  visit: (partition: number, message: KafkaMessage) => Promise<void>,
): Promise<void> {
  const open = new Set([...to].filter(([partition, end]) => end > (from.get(partition) ?? 0n)).map(([p]) => p));
  if (open.size === 0) return;
  const groupId = `spanwise-local-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`${name} could not be read to its end`)), SILENCE_MS);
  try {
    await consumer.connect();
    await consumer.subscribe({ topic: name, fromBeginning: true });
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    // also told of batches that hold nothing but the marks of transactions
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      timer.refresh();
      if (BigInt(payload.lastOffset) + 1n >= (to.get(payload.partition) ?? 0n)) open.delete(payload.partition);
      if (open.size === 0) resolve();
    });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, heartbeat, resolveOffset, isStale }) => {
        for (const message of batch.messages) {
          if (isStale()) return;
          const offset = BigInt(message.offset);
          const isWanted = offset >= (from.get(batch.partition) ?? 0n) && offset < (to.get(batch.partition) ?? 0n);
          if (isWanted) await visit(batch.partition, message).catch(reject);
          resolveOffset(message.offset);
          timer.refresh();
          await heartbeat();
        }
      },
    });
    for (const partition of to.keys()) {
      consumer.seek({ topic: name, partition, offset: String(from.get(partition) ?? 0n) });
    }
    await done;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
    await forget(kafka, groupId);
  }
}

async function forget(kafka: Kafka, groupId: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.deleteGroups([groupId]).catch(() => {});
  await admin.disconnect();
}
