/** A topic prefix and a database of its own on the shared servers, and what a test does with them. */
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { createLogger, createRegistry, Health, loadConfig, type Service } from '@spanwise/runtime';
import { encodeBlock, type RecordName, type RecordTypes, topics } from '@spanwise/schemas';
import { ensureTopics } from '@spanwise/stream';
import { uniqueName } from '@spanwise/testkit';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import type { Registry } from 'prom-client';
import { storeConfigSpec } from '../src/config.ts';
import { createStoreService } from '../src/service.ts';

export interface RunningStore extends AsyncDisposable {
  service: Service;
  health: Health;
  registry: Registry;
}

export class Pipeline implements AsyncDisposable {
  readonly name = uniqueName('store');
  readonly prefix = `${this.name}.`;
  readonly kafka: Kafka;
  readonly client: ClickHouseClient;
  readonly #producer: Producer;
  readonly #brokers: string[];
  readonly #url: string;

  private constructor(brokers: string[], url: string) {
    this.#brokers = brokers;
    this.#url = url;
    this.kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50 } });
    this.client = createClient({ url, database: this.name, log: { level: ClickHouseLogLevel.OFF } });
    this.#producer = this.kafka.producer({ idempotent: true });
  }

  static async start(brokers: string[], url: string): Promise<Pipeline> {
    const pipeline = new Pipeline(brokers, url);
    const admin = pipeline.kafka.admin();
    await admin.connect();
    await ensureTopics(admin, topics, pipeline.prefix);
    await admin.disconnect();
    await pipeline.#producer.connect();
    return pipeline;
  }

  /** Environment of a store on this pipeline. */
  env(overrides: Record<string, string> = {}): Record<string, string> {
    return {
      SPANWISE_KAFKA_BROKERS: this.#brokers.join(),
      SPANWISE_CLICKHOUSE_URL: this.#url,
      SPANWISE_CLICKHOUSE_DATABASE: this.name,
      SPANWISE_TOPIC_PREFIX: this.prefix,
      SPANWISE_HOST: '127.0.0.1',
      SPANWISE_STORE_METRICS_PORT: '0',
      SPANWISE_STORE_SPAN_BATCH_AGE: '100ms',
      SPANWISE_STORE_BATCH_AGE: '100ms',
      SPANWISE_STORE_SESSION_TIMEOUT: '6s',
      ...overrides,
    };
  }

  /** A store in this process. */
  async store(overrides: Record<string, string> = {}): Promise<RunningStore> {
    const health = new Health();
    const registry = createRegistry();
    const config = loadConfig(storeConfigSpec, this.env(overrides));
    const logger = createLogger('store', 'silent');
    const service = createStoreService(config, { logger, registry, health });
    await service.start();
    return { service, health, registry, [Symbol.asyncDispose]: () => service.stop() };
  }

  /** Sends records as blocks of `perBlock`, all to one partition. */
  async send<N extends RecordName>(
    topic: string,
    record: N,
    records: RecordTypes[N][],
    { partition = 0, perBlock = 10 } = {},
  ): Promise<void> {
    const blocks: Buffer[] = [];
    for (let i = 0; i < records.length; i += perBlock) blocks.push(encodeBlock(record, records.slice(i, i + perBlock)));
    await this.sendRaw(topic, blocks, partition);
  }

  async sendRaw(topic: string, values: (Buffer | null)[], partition = 0): Promise<void> {
    const messages = values.map((value) => ({ value, partition }));
    await this.#producer.send({ topic: this.prefix + topic, messages });
  }

  async rows<T>(query: string): Promise<T[]> {
    const answer = await this.client.query({ query, format: 'JSONEachRow' });
    return answer.json<T>();
  }

  async count(query: string): Promise<number> {
    const [row] = await this.rows<{ n: number | string }>(`SELECT (${query}) AS n`);
    return Number(row?.n);
  }

  /** Resolves when what the query counts has reached `expected`; fails when it has not within the time. */
  async reaches(query: string, expected: number, timeoutMs = 60_000): Promise<void> {
    const until = performance.now() + timeoutMs;
    let seen = -1;
    for (;;) {
      seen = await this.count(query).catch(() => -1);
      if (seen === expected) return;
      if (performance.now() > until) throw new Error(`${query} gives ${seen}, not ${expected}, after ${timeoutMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Committed offset and metadata of every partition of a topic that has one. */
  async committed(topic: string): Promise<{ partition: number; offset: number; metadata: string | null }[]> {
    const admin = this.kafka.admin();
    await admin.connect();
    const [found] = await admin.fetchOffsets({ groupId: `${this.prefix}store`, topics: [this.prefix + topic] });
    await admin.disconnect();
    return (found?.partitions ?? [])
      .map(({ partition, offset, metadata }) => ({ partition, offset: Number(offset), metadata }))
      .filter(({ offset }) => offset >= 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.disconnect();
    await this.client.command({ query: `DROP DATABASE IF EXISTS ${this.name} SYNC` });
    await this.client.close();
    const admin = this.kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: topics.map(({ name }) => this.prefix + name) });
    await admin.disconnect();
  }
}
