import type { TopicSpec } from '@spanwise/schemas';
import { kafkaClient } from '../src/broker/kafkajs-client.ts';
import { ensureTopics } from '../src/topics.ts';

/** A topic for a test, stamped by the broker. */
export function topicSpec(name: string, partitions: number): TopicSpec {
  return {
    name,
    doc: 'for a test',
    record: 'opaque',
    key: 'none',
    partitions,
    config: { 'message.timestamp.type': 'LogAppendTime' },
    producers: [],
    consumers: [],
    example: [],
  };
}

export async function createTopics(brokers: string[], specs: TopicSpec[], prefix = ''): Promise<void> {
  const admin = kafkaClient({ brokers, clientId: 'test-admin' }).admin();
  await admin.connect();
  try {
    await ensureTopics(admin, specs, prefix);
  } finally {
    await admin.disconnect();
  }
}
