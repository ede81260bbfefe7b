import { topics } from '@spanwise/schemas';
import { ensureTopics } from '@spanwise/stream';
import { kafkaClient } from '../kafka-client.ts';

/** Creates the topics of the pipeline that are missing. Throws, and says what to do, if one has another shape. */
export async function prepareKafka(brokers: readonly string[], topicPrefix: string): Promise<void> {
  const admin = kafkaClient(brokers).admin();
  await admin.connect();
  try {
    await ensureTopics(admin, topics, topicPrefix);
  } finally {
    await admin.disconnect();
  }
}
