import { type DeadLetterReason, encodeBlock } from '@spanwise/schemas';
import type { KafkaMessage } from 'kafkajs';
import type { BlockProducer } from './span-writer.ts';

/** A longer message is kept up to here, so that its dead letter stays below Kafka's message.max.bytes of 1 MiB. */
const KEPT_BYTES = 768 * 1024;

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
    const cut = value !== null && value.length > KEPT_BYTES;
    const block = encodeBlock('DeadLetter', [
      {
        service: 'ingest',
        topic,
        partition,
        offset: Number(offset),
        reason,
        detail: cut ? `${detail} (its first ${KEPT_BYTES} of ${value.length} bytes are kept)` : detail,
        key,
        value: cut ? value.subarray(0, KEPT_BYTES) : value,
        time: Number(timestamp) * 1000,
      },
    ]);
    // one after another: each may be nearly as large as Kafka takes at once
    await producer.send([{ partition: 0, value: block }]);
  }
}
