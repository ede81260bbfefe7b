import type { Logger } from '@spanwise/runtime';
import { encodeBlock } from '@spanwise/schemas';
import { letterKey, persist } from '@spanwise/stream';
import kafkajs, { type Producer } from 'kafkajs';
import type { StoreMetrics } from '../metrics.ts';
import type { DeadMessage } from './batch.ts';

const { CompressionTypes, KafkaJSProtocolError } = kafkajs;

/** Writes what cannot be stored to the topic `dead-letters`: at least once, each keyed by where it stood. */
export class DeadLetterWriter {
  readonly #producer: Producer;
  readonly #topic: string;
  readonly #metrics: StoreMetrics;
  readonly #logger: Logger;

  constructor(producer: Producer, topic: string, metrics: StoreMetrics, logger: Logger) {
    this.#producer = producer;
    this.#topic = topic;
    this.#metrics = metrics;
    this.#logger = logger;
  }

  /** Resolves when Kafka has them. Rejects only with the signal's reason when it is aborted. */
  async write(topic: string, partition: number, dead: readonly DeadMessage[], signal: AbortSignal): Promise<void> {
    for (const letter of dead) {
      const { offset } = letter.message;
      this.#logger.error(
        { topic, partition, offset, reason: letter.reason, detail: letter.detail, runbook: 'Dead letters' },
        'a block cannot be stored and goes to dead letters',
      );
      await persist(
        () => this.#send(topic, partition, letter),
        signal,
        (error, failures) => {
          this.#metrics.retries.inc({ operation: 'dead_letter' });
          this.#logger.warn({ topic, partition, offset, failures, err: error }, 'a dead letter could not be written');
        },
      );
      this.#metrics.deadLetters.inc({ topic: this.#metricTopic(topic), reason: letter.reason });
    }
  }

  #metricTopic(topic: string): string {
    const prefix = this.#topic.slice(0, this.#topic.length - 'dead-letters'.length);
    return topic.slice(prefix.length);
  }

  async #send(topic: string, partition: number, { message, reason, detail }: DeadMessage): Promise<void> {
    const letter = (value: Buffer | null, words: string) => ({
      key: `${topic}/${partition}/${message.offset}`,
      value: encodeBlock('DeadLetter', [
        {
          service: 'store',
          topic,
          partition,
          offset: message.offset,
          reason,
          detail: words.slice(0, 4000),
          key: letterKey(message.key),
          value,
          time: message.timestamp * 1000,
        },
      ]),
    });
    const send = (content: { key: string; value: Buffer }) =>
      this.#producer.send({
        topic: this.#topic,
        acks: -1,
        // text shrinks, so that a block near the size limit still fits with what is said about it
        compression: CompressionTypes.GZIP,
        messages: [content],
      });
    try {
      await send(letter(message.value, detail));
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      const where = `${message.value?.length} bytes are too many for ${this.#topic}; they stay at this offset of ${topic} until its retention ends`;
      await send(letter(null, `${detail} (${where})`));
    }
  }
}

function isTooLarge(error: unknown): boolean {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  return [error, cause].some((e) => e instanceof KafkaJSProtocolError && e.type === 'MESSAGE_TOO_LARGE');
}
