import type { TopicSpec } from '@spanwise/schemas';

/** A topic of a benchmark, stamped by the broker as ours are. */
export function benchTopic(name: string, partitions: number): TopicSpec {
  const config = { 'message.timestamp.type': 'LogAppendTime' };
  return { name, doc: '', record: 'opaque', key: '', partitions, config, producers: [], consumers: [], example: [] };
}
