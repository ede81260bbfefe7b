import type { TopicSpec } from '@spanwise/schemas';
import { ensureTopics, kafkaClient, partitionForKey } from '@spanwise/stream';
import type { CampaignTruth } from './campaign/campaign-truth.ts';
import { type TopicMessage, TopicWriter } from './emit/topic-writer.ts';
import type { Truth } from './truth.ts';
import type { TruthOutlet } from './truth-outlet.ts';

/** Truths are few: they wait so long for others. */
const LINGER_MS = 100;

/** A topic of JSON messages, one for each truth, keyed by trace id, or by agent where it holds over the fleet. It is none of the pipeline's: nothing in it reads it. */
export class TruthTopic implements TruthOutlet {
  readonly #writer: TopicWriter;
  #waiting: TopicMessage[] = [];
  #timer: NodeJS.Timeout | undefined;
  #failure: { error: unknown } | undefined;

  private constructor(writer: TopicWriter) {
    this.#writer = writer;
  }

  /** Creates the topic where it is missing. @throws KafkaJSError when there is no broker */
  static async open(brokers: readonly string[], topic: string): Promise<TruthTopic> {
    const kafka = kafkaClient({ brokers: [...brokers], clientId: 'spanwise-simulate' });
    const admin = kafka.admin();
    await admin.connect();
    try {
      if (!(await admin.listTopics()).includes(topic)) await ensureTopics(admin, [{ ...spec, name: topic }]);
    } finally {
      await admin.disconnect();
    }
    return new TruthTopic(await TopicWriter.open(kafka, topic));
  }

  write(truths: readonly (Truth | CampaignTruth)[]): void {
    const timeMs = Date.now();
    for (const truth of truths) {
      const key = truth.type === 'campaign' ? truth.agent : truth.traceId;
      const partition = partitionForKey(key, this.#writer.partitions);
      this.#waiting.push({ partition, key, value: Buffer.from(JSON.stringify(truth)), timeMs });
    }
    this.#timer ??= setTimeout(() => this.#send(), LINGER_MS);
  }

  async close(): Promise<void> {
    this.#send();
    // waits for what is under way
    await this.#writer[Symbol.asyncDispose]();
    if (this.#failure) throw this.#failure.error;
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const messages = this.#waiting.splice(0);
    this.#writer.send(messages).catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }
}

const spec: Omit<TopicSpec, 'name'> = {
  doc: 'What a simulated fleet put where: one JSON object a message',
  record: 'opaque',
  key: 'traceId',
  partitions: 1,
  config: { 'cleanup.policy': 'delete' },
  producers: ['simulate'],
  consumers: [],
  example: [],
};
