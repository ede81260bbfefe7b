import type { TopicSpec } from '@spanwise/schemas';
import { uniqueName } from '@spanwise/testkit';
import type { Consumer } from 'kafkajs';
import { kafkaClient } from '../src/broker/kafkajs-client.ts';
import { ensureTopics } from '../src/topics.ts';

/** A topic for a test, stamped by the broker. */
export function topicSpec(name: string, partitions: number, config: Record<string, string> = {}): TopicSpec {
  return {
    name,
    doc: 'for a test',
    record: 'opaque',
    key: 'none',
    partitions,
    config: { 'message.timestamp.type': 'LogAppendTime', ...config },
    producers: [],
    consumers: [],
    example: [],
  };
}

export async function createTopics(brokers: string[], specs: TopicSpec[], prefix = ''): Promise<void> {
  const admin = kafkaClient({ brokers, clientId: 'test-admin' }).admin();
  await admin.connect();
  try {
    await ensureTopics(admin, specs, prefix);
  } finally {
    await admin.disconnect();
  }
}

/** A read_committed consumer that keeps the values of all messages of some topics. */
export class Collector implements AsyncDisposable {
  readonly #consumer: Consumer;
  readonly #values = new Map<string, Buffer[]>();
  /** Next offset by topic/partition: kafkajs begins at the committed offset, of which there is none, whenever it joins again. */
  readonly #next = new Map<string, number>();

  constructor(brokers: string[]) {
    const client = kafkaClient({ brokers, clientId: 'test-collector' });
    this.#consumer = client.consumer({ groupId: uniqueName('collector'), maxWaitTimeInMs: 50 });
  }

  async start(topics: string[]): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics, fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        const place = `${batch.topic}/${batch.partition}`;
        for (const { offset, value } of batch.messages) {
          if (Number(offset) < (this.#next.get(place) ?? 0)) continue;
          this.#next.set(place, Number(offset) + 1);
          if (value) this.values(batch.topic).push(value);
        }
      },
    });
  }

  values(topic: string): Buffer[] {
    let values = this.#values.get(topic);
    if (!values) {
      values = [];
      this.#values.set(topic, values);
    }
    return values;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#consumer.disconnect();
  }
}
