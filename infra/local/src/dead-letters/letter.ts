import { createHash } from 'node:crypto';
import { type DeadLetter, type DeadLetterReplay, decodeBlock, topic, topics } from '@spanwise/schemas';
import { ensureTopics } from '@spanwise/stream';
import type { Kafka } from 'kafkajs';
import { rangeOf, readTopic } from '../topic-reading.ts';

/** A dead letter, and where it stands among the others. */
export interface Letter extends DeadLetter {
  /** `partition/offset/index` in the topic `dead-letters`. */
  readonly id: string;
}

/** What died, whoever buried it: the same in the letters of two services about one message. */
export function recordOf({ topic, partition, offset, reason, value }: Letter): Omit<DeadLetterReplay, 'replayedTime'> {
  // what code of ours throws on is buried record by record
  const isSingle = reason === 'processor_error' && value !== null;
  const digest = isSingle ? createHash('sha256').update(value).digest('hex').slice(0, 16) : '';
  return { topic, partition, offset, digest };
}

export const recordKey = ({ topic, partition, offset, digest }: Omit<DeadLetterReplay, 'replayedTime'>): string =>
  `${topic}/${partition}/${offset}/${digest}`;

/** Creates the topics of letters and of marks, which an earlier version may not have brought along. */
export async function ensureLetterTopics(kafka: Kafka, prefix: string): Promise<void> {
  const needed = [topic('dead-letters'), topic('dead-letter-replays')];
  const admin = kafka.admin();
  await admin.connect();
  try {
    await ensureTopics(
      admin,
      topics.filter((spec) => needed.includes(spec)),
      prefix,
    );
  } finally {
    await admin.disconnect();
  }
}

/** Every letter that stands in Kafka, in order; topics are named without the prefix, whichever service wrote them. */
export async function readLetters(
  kafka: Kafka,
  prefix: string,
  visit: (letter: Letter) => Promise<void>,
): Promise<void> {
  const name = prefix + topic('dead-letters').name;
  await readTopic(kafka, name, await rangeOf(kafka, name), async (partition, { offset, value }) => {
    if (!value) return;
    for (const [index, letter] of decodeBlock('DeadLetter', value).entries()) {
      const from = prefix !== '' && letter.topic.startsWith(prefix) ? letter.topic.slice(prefix.length) : letter.topic;
      await visit({ ...letter, topic: from, id: `${partition}/${offset}/${index}` });
    }
  });
}

/** Keys of the records that were sent again, with when, in microseconds. */
export async function readReplays(kafka: Kafka, prefix: string): Promise<Map<string, number>> {
  const name = prefix + topic('dead-letter-replays').name;
  const replays = new Map<string, number>();
  await readTopic(kafka, name, await rangeOf(kafka, name), async (_partition, { value }) => {
    if (!value) return;
    for (const mark of decodeBlock('DeadLetterReplay', value)) replays.set(recordKey(mark), mark.replayedTime);
  });
  return replays;
}
