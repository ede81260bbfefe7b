import { rangeOf, readTopic } from '@spanwise/local';
import { decodeBlock, type Finding, type RecordName, type RecordTypes, type Session } from '@spanwise/schemas';
import type { Kafka } from 'kafkajs';

export interface Conclusions {
  /** Every revision, those of one finding in order */
  readonly findings: readonly Finding[];
  /** Every revision, those of one conversation in order */
  readonly sessions: readonly Session[];
  /** Reasons for what could not be processed */
  readonly deadLetters: readonly string[];
}

/** Everything that stands in the topics of a pipeline. */
export async function conclusionsIn(kafka: Kafka, topicPrefix: string): Promise<Conclusions> {
  const all = async <N extends RecordName>(name: string, record: N): Promise<RecordTypes[N][]> => {
    const topic = topicPrefix + name;
    const records: RecordTypes[N][] = [];
    await readTopic(kafka, topic, await rangeOf(kafka, topic), async (_partition, { value }) => {
      if (value) records.push(...decodeBlock(record, value));
    });
    return records;
  };
  const letters = await all('dead-letters', 'DeadLetter');
  return {
    findings: await all('findings', 'Finding'),
    sessions: await all('sessions', 'Session'),
    deadLetters: letters.map(({ service, reason, detail }) => `${service}: ${reason}: ${detail}`),
  };
}
