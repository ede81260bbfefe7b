import { topic as specOf, type TopicSpec } from '@spanwise/schemas';
import { ensureTopics } from '@spanwise/stream';
import kafkajs, { type Kafka, type Message } from 'kafkajs';
import { type ReadMessage, readTopics } from './topic-reader.ts';

const MOST_BYTES = 700 * 1024;

/**
 * Copies a topic to one of another prefix: the same messages in the same partitions in the same order, with the times
 * that the broker noted then. `seen` is told of every message.
 */
export async function copyTopic(
  kafka: Kafka,
  name: string,
  prefix: string,
  seen: (message: ReadMessage) => void,
): Promise<void> {
  const spec = specOf(name);
  const config = {
    ...spec.config,
    'message.timestamp.type': 'CreateTime',
    'max.message.bytes': String(4 * 1024 * 1024),
  };
  await makeTopic(kafka, { ...spec, config }, prefix);
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  // one after the other: several requests under way would share sequence numbers
  let turn = Promise.resolve();
  try {
    await readTopics(kafka, [name], (messages) => {
      for (const message of messages) seen(message);
      turn = turn.then(() => copy(messages));
      return turn;
    });
  } finally {
    await producer.disconnect();
  }

  async function copy(messages: readonly ReadMessage[]): Promise<void> {
    for (const chunk of chunks(messages)) {
      await producer.send({
        topic: prefix + name,
        acks: -1,
        compression: kafkajs.CompressionTypes.ZSTD,
        messages: chunk.map(
          ({ partition, key, value, time }): Message => ({ partition, key, value, timestamp: String(time) }),
        ),
      });
    }
  }
}

export async function makeTopic(kafka: Kafka, spec: TopicSpec, prefix: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await ensureTopics(admin, [spec], prefix);
  await admin.disconnect();
}

function* chunks(messages: readonly ReadMessage[]): Generator<readonly ReadMessage[]> {
  let start = 0;
  let bytes = 0;
  for (const [index, { value }] of messages.entries()) {
    const length = value?.length ?? 0;
    if (index > start && bytes + length > MOST_BYTES) {
      yield messages.slice(start, index);
      start = index;
      bytes = 0;
    }
    bytes += length;
  }
  if (start < messages.length) yield messages.slice(start);
}
