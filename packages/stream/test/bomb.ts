import kafkajs, { type Kafka } from 'kafkajs';
import { MAX_BATCH_BYTES } from '../src/broker/compression.ts';

/** Sends a small batch that a broker accepts and nobody of us decompresses: it would be larger than any request may be. */
export async function sendBomb(client: Kafka, topic: string, partition: number): Promise<void> {
  const producer = client.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const messages = [{ partition, value: Buffer.alloc(MAX_BATCH_BYTES) }];
  await producer.send({ topic, compression: kafkajs.CompressionTypes.ZSTD, messages });
  await producer.disconnect();
}
