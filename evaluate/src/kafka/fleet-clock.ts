import { encodeTick, type RecordName } from '@spanwise/schemas';
import type { TopicWriter } from '@spanwise/simulate';

/** Lets time pass in a topic whose messages say what time it is: a tick for every partition. */
export async function tick(writer: TopicWriter, record: RecordName, timeMs: number): Promise<void> {
  const value = encodeTick(record);
  await writer.send(Array.from({ length: writer.partitions }, (_, partition) => ({ partition, value, timeMs })));
}
