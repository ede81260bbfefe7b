import { type DeadLetter, decodeBlock, topic } from '@spanwise/schemas';
import type { Kafka } from 'kafkajs';
import { endOf, readTopic, type TopicEnd } from '../topic-reading.ts';

/** The dead letters of a pipeline, counted from the moment this is opened. */
export class DeadLetterWatch {
  readonly #kafka: Kafka;
  readonly #topic: string;
  readonly #start: TopicEnd;

  private constructor(kafka: Kafka, name: string, start: TopicEnd) {
    this.#kafka = kafka;
    this.#topic = name;
    this.#start = start;
  }

  static async open(kafka: Kafka, topicPrefix: string): Promise<DeadLetterWatch> {
    const name = topicPrefix + topic('dead-letters').name;
    return new DeadLetterWatch(kafka, name, await endOf(kafka, name));
  }

  /** Those written since. Reads the topic only if it has grown, which also the mark of a transaction makes it do. */
  async read(): Promise<DeadLetter[]> {
    const end = await endOf(this.#kafka, this.#topic);
    const grown = [...end].filter(([partition, offset]) => offset > (this.#start.get(partition) ?? 0n));
    return grown.length === 0 ? [] : await this.#readUntil(new Map(grown));
  }

  async #readUntil(end: TopicEnd): Promise<DeadLetter[]> {
    const found: DeadLetter[] = [];
    await readTopic(this.#kafka, this.#topic, { from: this.#start, to: end }, async (_partition, { value }) => {
      if (value) found.push(...decodeBlock('DeadLetter', value));
    });
    return found;
  }
}

/** Trace ids that a dead letter's bytes mention: strings stand verbatim in Avro. */
export function traceIdsIn({ value }: DeadLetter): Set<string> {
  const text = value ? Buffer.from(value).toString('latin1') : '';
  return new Set(text.match(/(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g) ?? []);
}
