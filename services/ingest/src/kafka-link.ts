import { setTimeout as sleep } from 'node:timers/promises';
import type { Health, Logger } from '@spanwise/runtime';
import { type TopicSpec, topic } from '@spanwise/schemas';
import { ensureTopics, kafkaClient, persist } from '@spanwise/stream';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { KafkaBlockProducer } from './block-producer.ts';
import type { IngestConfig } from './config.ts';
import type { IngestMetrics } from './metrics.ts';
import { OutcomeWriter } from './outcome-writer.ts';
import { SpanWriter } from './span-writer.ts';

const PROBE_MS = 2000;
const RECONNECT_MS = { first: 1000, most: 1000 };

/** Ingest's connection to Kafka: the writers, and whether it is there. */
export class KafkaLink implements AsyncDisposable {
  readonly kafka: Kafka;
  readonly deadLetters: KafkaBlockProducer;
  readonly #config: IngestConfig;
  readonly #health: Health;
  readonly #logger: Logger;
  readonly #metrics: IngestMetrics;
  readonly #spans: KafkaBlockProducer;
  readonly #signals: KafkaBlockProducer;
  readonly #stopping = new AbortController();
  #admin: Admin | undefined;
  #writer: SpanWriter | undefined;
  #outcomeWriter: OutcomeWriter | undefined;
  #up = false;
  #probing: Promise<void> | undefined;

  constructor(config: IngestConfig, deps: { health: Health; logger: Logger; metrics: IngestMetrics }) {
    this.#config = config;
    this.#health = deps.health;
    this.#logger = deps.logger;
    this.#metrics = deps.metrics;
    this.kafka = kafkaClient({
      clientId: 'spanwise-ingest',
      brokers: [...config.brokers],
      logger: deps.logger,
      // requests wait for an answer: better none soon than one too late
      patience: {
        connectionTimeout: 2000,
        requestTimeout: 5000,
        retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1000 },
      },
    });
    this.#spans = new KafkaBlockProducer(this.kafka, `${config.topicPrefix}spans`, config.compression);
    this.#signals = new KafkaBlockProducer(this.kafka, `${config.topicPrefix}signals`, config.compression);
    this.deadLetters = new KafkaBlockProducer(this.kafka, `${config.topicPrefix}dead-letters`, config.compression);
    this.#health.set('kafka', false, 'not connected yet');
  }

  /** Undefined while Kafka is away. */
  get writer(): SpanWriter | undefined {
    return this.#up ? this.#writer : undefined;
  }

  /** Undefined while Kafka is away. */
  get outcomeWriter(): OutcomeWriter | undefined {
    return this.#up ? this.#outcomeWriter : undefined;
  }

  /**
   * Resolves once Kafka is there with all topics, however long that takes, or with false when disposed before; rejects when
   * the topics cannot be used.
   */
  async connect(): Promise<boolean> {
    const { signal } = this.#stopping;
    try {
      const partitions = await persist(
        async () => {
          await this.#dropAdmin();
          return await this.#prepareTopics();
        },
        signal,
        (error, failures) => {
          if (!(error instanceof kafkajs.KafkaJSError)) throw error;
          this.#health.set('kafka', false, error.message);
          if (failures > 1) return;
          this.#logger.warn({ brokers: this.#config.brokers, reason: error.message }, 'waiting for Kafka');
        },
        RECONNECT_MS,
      );
      this.#writer = this.#writerTo(partitions.spans);
      this.#outcomeWriter = new OutcomeWriter(this.#signals, partitions.signals, this.#config.ackTimeoutMs);
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
    this.#setUp();
    this.#probing = this.#probe();
    return true;
  }

  #writerTo(partitions: number): SpanWriter {
    return new SpanWriter({
      producer: this.#spans,
      partitions,
      lingerMs: this.#config.lingerMs,
      ackTimeoutMs: this.#config.ackTimeoutMs,
      onBatch: ({ spans, bytes, seconds, failure }) => {
        const outcome = failure === undefined ? 'acknowledged' : 'failed';
        this.#metrics.produceDuration.observe({ outcome }, seconds);
        this.#metrics.batchSpans.observe(spans);
        this.#metrics.batchBytes.observe(bytes);
        if (failure !== undefined) this.#down(`a batch was not acknowledged: ${(failure as Error).message}`);
      },
    });
  }

  /** Flushes what is pending, then disconnects. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#probing;
    await this.#writer?.flush();
    const producers = [this.#spans, this.#signals, this.deadLetters];
    await Promise.all([...producers.map((producer) => producer[Symbol.asyncDispose]()), this.#dropAdmin()]);
  }

  /** Creates the topics that are missing; the numbers of partitions are what the broker has. */
  async #prepareTopics(): Promise<{ spans: number; signals: number }> {
    const { otlpTopic, topicPrefix } = this.#config;
    const specs: TopicSpec[] = [topic('spans'), topic('signals'), topic('dead-letters')];
    if (otlpTopic !== '') specs.push({ ...topic('otlp_spans'), name: otlpTopic });
    const admin = await this.#connectedAdmin();
    const present = new Set(await admin.listTopics());
    await ensureTopics(
      admin,
      specs.filter(({ name }) => !present.has(topicPrefix + name)),
      topicPrefix,
    );
    const names = [`${topicPrefix}spans`, `${topicPrefix}signals`];
    const { topics } = await admin.fetchTopicMetadata({ topics: names });
    const [spans = 0, signals = 0] = names.map((name) => topics.find((each) => each.name === name)?.partitions.length);
    return { spans, signals };
  }

  /** Asks the broker from time to time, so that readiness tells the truth without traffic too, and an outage ends by itself. */
  async #probe(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await sleep(PROBE_MS, undefined, { signal: this.#stopping.signal }).catch(() => {});
      if (this.#stopping.signal.aborted) return;
      try {
        const admin = await this.#connectedAdmin();
        await admin.describeCluster();
        this.#setUp();
      } catch (error) {
        this.#down((error as Error).message);
        await this.#dropAdmin();
      }
    }
  }

  #setUp(): void {
    if (!this.#up && this.#probing) this.#logger.warn('Kafka is back');
    this.#up = true;
    this.#health.set('kafka', true);
  }

  #down(reason: string): void {
    if (this.#up) this.#logger.warn({ reason }, 'Kafka does not answer: requests get 503 until it does');
    this.#up = false;
    this.#health.set('kafka', false, reason);
  }

  async #connectedAdmin(): Promise<Admin> {
    if (!this.#admin) {
      const admin = this.kafka.admin();
      await admin.connect();
      this.#admin = admin;
    }
    return this.#admin;
  }

  async #dropAdmin(): Promise<void> {
    const admin = this.#admin;
    this.#admin = undefined;
    await admin?.disconnect().catch(() => {});
  }
}
