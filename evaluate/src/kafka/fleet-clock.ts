import { encodeTick, type RecordName } from '@spanwise/schemas';
import { TopicWriter } from '@spanwise/simulate';
import type { Kafka } from 'kafkajs';

/** Lets time pass in a topic whose messages say what time it is: a tick for every partition. */
export async function tick(writer: TopicWriter, record: RecordName, timeMs: number): Promise<void> {
  const value = encodeTick(record);
  await writer.send(Array.from({ length: writer.partitions }, (_, partition) => ({ partition, value, timeMs })));
}

/** The same, once. */
export async function tickTopic(kafka: Kafka, topic: string, record: RecordName, timeMs: number): Promise<void> {
  await using writer = await TopicWriter.open(kafka, topic);
  await tick(writer, record, timeMs);
}
