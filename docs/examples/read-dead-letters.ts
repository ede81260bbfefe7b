/**
 * Prints the dead letters that stand in Kafka, one JSON object a line, and ends:
 *
 *   ./node_modules/.bin/node docs/examples/read-dead-letters.ts 127.0.0.1:9092
 */
import { randomUUID } from 'node:crypto';
import { decodeBlock } from '@spanwise/schemas';
import kafkajs from 'kafkajs';

const topic = 'dead-letters';
const kafka = new kafkajs.Kafka({ brokers: [process.argv[2] ?? '127.0.0.1:9092'], logLevel: kafkajs.logLevel.ERROR });
const admin = kafka.admin();
await admin.connect();
const offsets = await admin.fetchTopicOffsets(topic);
const open = new Map(offsets.filter(({ low, high }) => low !== high).map((end) => [end.partition, BigInt(end.high)]));

if (open.size > 0) {
  const groupId = `read-dead-letters-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 200 });
  const finished = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message }) => {
      if (!message.value) return;
      for (const { value, ...letter } of decodeBlock('DeadLetter', message.value)) {
        console.log(JSON.stringify({ ...letter, key: letter.key?.toString(), value: value?.toString('base64') }));
      }
    },
  });
  // also told of batches that hold nothing but the marks of transactions
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (BigInt(payload.lastOffset) + 1n >= (open.get(payload.partition) ?? 0n)) open.delete(payload.partition);
    if (open.size === 0) finished.resolve();
  });
  await finished.promise;
  await consumer.disconnect();
  await admin.deleteGroups([groupId]);
}
await admin.disconnect();
