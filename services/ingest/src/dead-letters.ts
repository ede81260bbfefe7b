import { type DeadLetterReason, encodeBlock } from '@spanwise/schemas';
import { fittingLetter } from '@spanwise/stream';
import type { KafkaMessage } from 'kafkajs';
import type { BlockProducer } from './span-writer.ts';

export interface Failure {
  topic: string;
  partition: number;
  message: KafkaMessage;
  reason: DeadLetterReason;
  detail: string;
}

/** Writes messages that cannot be processed, with where they stood and why; resolves when Kafka has them. */
export async function writeDeadLetters(producer: BlockProducer, failures: readonly Failure[]): Promise<void> {
  for (const { topic, partition, message, reason, detail } of failures) {
    const { key, value, offset, timestamp } = message;
    const letter = fittingLetter({
      service: 'ingest',
      topic,
      partition,
      offset: Number(offset),
      reason,
      detail,
      key,
      value,
      time: Number(timestamp) * 1000,
    });
    // one after another: each may be nearly as large as Kafka takes at once
    await producer.send([{ partition: 0, value: encodeBlock('DeadLetter', [letter]) }]);
  }
}
