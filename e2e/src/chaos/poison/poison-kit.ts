import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '@spanwise/simulate';
import kafkajs, { type Kafka } from 'kafkajs';
import { READ_BY } from '../group-lag.ts';
import type { Ledger } from '../load/ledger.ts';
import type { OtlpRoute } from '../load/otlp-route.ts';
import { HUGE_KEY, type PoisonMessage, poisonFor } from './forms.ts';
import { hostileRecords } from './hostile-records.ts';
import { hostileRun } from './hostile-run.ts';
import { spanOfLaterSchema } from './later-schema.ts';
import type { PoisonBook } from './poison-book.ts';

/** Every topic that somebody reads. */
const TOPICS = [...new Set(Object.values(READ_BY).flat())];
const MESSAGES = 6;
const RETRY_MS = 500;

/** Sends what does harm, and writes down what. */
export class PoisonKit {
  readonly #kafka: Kafka;
  readonly #otlp: OtlpRoute;
  readonly #book: PoisonBook;
  readonly #ledger: Ledger;
  readonly #partitions: number;

  constructor(parts: { kafka: Kafka; otlp: OtlpRoute; book: PoisonBook; ledger: Ledger; partitions: number }) {
    this.#kafka = parts.kafka;
    this.#otlp = parts.otlp;
    this.#book = parts.book;
    this.#ledger = parts.ledger;
    this.#partitions = parts.partitions;
  }

  /**
   * Some messages into topics that are drawn, a huge key for each service that reads, a lawful block of each hostile record, a
   * span of a schema to come, and a hostile run through the front door.
   */
  async spread(random: Random, signal: AbortSignal): Promise<string> {
    const sent: string[] = [];
    const put = async (topic: string, poison: PoisonMessage) => {
      await this.#send(topic, random.integer(0, this.#partitions - 1), poison, signal);
      this.#book.sent(topic, poison);
      if (poison.stored) this.#ledger.acknowledgedUnjudged(poison.stored.traceId, poison.stored.spanId);
      sent.push(`${poison.form} in ${topic}`);
    };
    for (let index = 0; index < MESSAGES; index += 1) {
      const topic = random.pick(TOPICS);
      await put(topic, poisonFor(topic, random));
    }
    for (const topics of Object.values(READ_BY)) {
      const topic = random.pick(topics);
      await put(topic, poisonFor(topic, random, HUGE_KEY));
    }
    for (const [topic, forms] of hostileRecords) {
      for (const form of forms) await put(topic, form(random, Date.now()));
    }
    await put('spans', spanOfLaterSchema(random, Date.now()));
    const { body, run, traceId } = hostileRun(Date.now());
    const start = performance.now();
    await this.#otlp.send(Buffer.from(body), 'application/json');
    const delayedMs = performance.now() - start;
    this.#ledger.acknowledged(traceId, { template: run, route: 'http', sessionId: traceId, delayedMs });
    return `poison: ${sent.join(', ')}; and a hostile run`;
  }

  async #send(topic: string, partition: number, { key, value }: PoisonMessage, signal: AbortSignal): Promise<void> {
    for (;;) {
      const producer = this.#kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
      try {
        await producer.connect();
        await producer.send({ topic, acks: -1, messages: [{ partition, key: key ?? null, value }] });
        return;
      } catch (error) {
        if (signal.aborted) throw error;
        await sleep(RETRY_MS);
      } finally {
        await producer.disconnect().catch(() => {});
      }
    }
  }
}
