import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';

export interface ReadMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** As the broker noted it, ms since the epoch */
  readonly time: number;
}

const STUCK_AFTER_MS = 60_000;

/**
 * Reads whole topics, as they are now, as a reader of committed records only; messages of a fetch come together. Within a
 * partition they come in order, and the next ones come when `visit` has resolved.
 *
 * @throws Error when nothing more comes and the end was not reached
 */
export async function readTopics(
  kafka: Kafka,
  topics: readonly string[],
  visit: (messages: readonly ReadMessage[]) => Promise<void> | void,
): Promise<void> {
  const ends = await unreadEnds(kafka, topics);
  if (ends.size === 0) return;
  const groupId = `spanwise-chaos-${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: 4 * 1024 * 1024,
    sessionTimeout: 60_000,
  });
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  let stuck: NodeJS.Timeout | undefined;
  const alive = () => {
    clearTimeout(stuck);
    stuck = setTimeout(
      () => reject(new Error(`cannot be read to the end: ${[...ends.keys()].join(', ')}`)),
      STUCK_AFTER_MS,
    );
  };
  try {
    alive();
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    // also of batches that hold ends of transactions only, which reach no handler
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { topic, partition, lastOffset } }) => {
      alive();
      const id = `${topic}/${partition}`;
      if (Number(lastOffset) + 1 >= (ends.get(id) ?? Number.POSITIVE_INFINITY)) ends.delete(id);
      if (ends.size === 0) resolve();
    });
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: async ({ batch: { topic, partition, messages }, heartbeat }) => {
        await visit(
          messages.map(({ offset, key, value, timestamp }) => ({
            topic,
            partition,
            offset: Number(offset),
            key,
            value,
            time: Number(timestamp),
          })),
        );
        alive();
        await heartbeat();
      },
    });
    await done;
  } finally {
    clearTimeout(stuck);
    await consumer.disconnect();
    await forget(kafka, groupId);
  }
}

/** Where the partitions that hold anything end. */
async function unreadEnds(kafka: Kafka, topics: readonly string[]): Promise<Map<string, number>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const ends = new Map<string, number>();
    for (const topic of topics) {
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        if (Number(high) > Number(low)) ends.set(`${topic}/${partition}`, Number(high));
      }
    }
    return ends;
  } finally {
    await admin.disconnect();
  }
}

async function forget(kafka: Kafka, groupId: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.deleteGroups([groupId]).catch(() => {});
  await admin.disconnect();
}
