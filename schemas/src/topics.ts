import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RecordName } from './record-types.ts';

/** What `topics/<name>.json` says about a Kafka topic. */
export interface TopicSpec {
  name: string;
  doc: string;
  /** What its messages carry: blocks of this record; `opaque` topics carry bytes of others or of the engine. */
  record: RecordName | 'opaque';
  /** What the partition is chosen by, in words. */
  key: string;
  partitions: number;
  /** Has as many partitions as this topic, whatever `partitions` an operator chooses for that one. */
  partitionsLike?: string;
  /** Kafka topic configuration: retention.ms, cleanup.policy, message.timestamp.type, … */
  config: Record<string, string>;
  producers: string[];
  consumers: string[];
  /** Records as JSON that a test encodes and decodes; for an opaque topic, what a message looks like. */
  example: unknown[];
}

const folder = fileURLToPath(new URL('../topics/', import.meta.url));

/** Every topic of the pipeline, from `schemas/topics`. */
export const topics: readonly TopicSpec[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => JSON.parse(readFileSync(folder + file, 'utf8')));

/** The file of one topic. Throws when there is none of that name. */
export function topic(name: string): TopicSpec {
  const found = topics.find((spec) => spec.name === name);
  if (!found) throw new Error(`no topic ${name} in schemas/topics`);
  return found;
}
