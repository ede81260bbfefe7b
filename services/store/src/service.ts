import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { Service, ServiceDependencies } from '@spanwise/runtime';
import { topics } from '@spanwise/schemas';
import { ensureTopics, kafkaClient, persist, UnusableTopicError } from '@spanwise/stream';
import { type Admin, Partitioners, type Producer } from 'kafkajs';
import type { StoreConfig } from './config.ts';
import { createStoreMetrics } from './metrics.ts';
import { ChangedMigrationError, ensureDatabase, migrate } from './schema/migrate.ts';
import { readMigrations } from './schema/migration-files.ts';
import { applyRetention } from './schema/retention.ts';
import { type Sink, sinks } from './sinks.ts';
import { DeadLetterWriter } from './writer/dead-letters.ts';
import { DeduplicationWindow } from './writer/deduplication-window.ts';
import { FetchBudget } from './writer/fetch-budget.ts';
import { Inserter } from './writer/inserter.ts';
import { PartitionWriter } from './writer/partition-writer.ts';
import { RateLimit } from './writer/rate-limit.ts';
import { StoreConsumer } from './writer/store-consumer.ts';

const FLUSH_TIMEOUT_MS = 8_000;
const WATERMARK_INTERVAL_MS = 10_000;

/** The service `store`: from Kafka's topics into ClickHouse's tables, each record once. */
export function createStoreService(config: StoreConfig, { logger, registry, health }: ServiceDependencies): Service {
  const kafka = kafkaClient({ clientId: 'spanwise-store', brokers: [...config.brokers], logger });
  const groupId = `${config.topicPrefix}store`;
  const admin = kafka.admin();
  // Dead letters of several partitions are sent at once: kafkajs' idempotent producer would give one's sequence to another.
  // They are at least once, and name the offset they come from.
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  const client = connect(config, config.clickhouseDatabase);
  const window = new DeduplicationWindow();
  const stopping = new AbortController();

  const metrics = createStoreMetrics(registry, {
    lagByTopic: () => consumer.lagByTopic(),
    oldestUnstoredByTopic: () => consumer.oldestUnstoredByTopic(),
    bufferedBytes: () => consumer.bufferedBytes,
    haltedPartitions: () => consumer.haltedPartitions,
    windowUseByTable: () => window.useByTable(),
  });
  const inserter = new Inserter({
    client,
    rate: new RateLimit(config.insertsPerSecond),
    window,
    health,
    metrics,
    logger,
  });
  const deadLetters = new DeadLetterWriter(producer, `${config.topicPrefix}dead-letters`, metrics, logger);

  const createWriter = (topic: string, partition: number, sink: Sink) =>
    new PartitionWriter(
      topic,
      partition,
      sink,
      {
        rows: config.batchRows,
        bytes: config.batchBytes,
        ageMs: sink.age === 'span' ? config.spanBatchAgeMs : config.batchAgeMs,
      },
      {
        insert: (insert, signal) => inserter.insert(insert, signal),
        writeDeadLetters: (...letters) => deadLetters.write(...letters),
        onRoom: () => consumer.resume(),
        onHalt: (why) => consumer.halted(topic, partition, why),
        window,
        metrics,
        logger,
      },
    );
  const consumer = new StoreConsumer({
    consumer: kafka.consumer({
      groupId,
      readUncommitted: false,
      maxWaitTimeInMs: 200,
      sessionTimeout: config.sessionTimeoutMs,
      heartbeatInterval: 1_000,
      rebalanceTimeout: 20_000,
      retry: { initialRetryTime: 100, maxRetryTime: 5_000, restartOnFailure: async () => true },
    }),
    admin,
    groupId,
    sinks: new Map(sinks.map((sink) => [config.topicPrefix + sink.topic, sink])),
    budget: new FetchBudget(config),
    createWriter,
    // uncaught on purpose: the process ends, and whoever supervises it starts another
    onFatal: (error) => {
      setImmediate(() => {
        throw error;
      });
    },
    onLostInput: ({ topic }, messages) => metrics.lostInput.inc({ topic }, messages),
    onOffsetsRetry: () => metrics.retries.inc({ operation: 'offsets' }),
    health,
    logger,
  });

  let watermarks: NodeJS.Timeout | undefined;
  const start = async () => {
    const onError = (what: 'clickhouse' | 'kafka') => (error: unknown, failures: number) => {
      if (error instanceof ChangedMigrationError || error instanceof UnusableTopicError) throw error;
      metrics.retries.inc({ operation: 'start' });
      health.set(what, false, String(error));
      logger.warn({ failures, err: error }, `${what} does not answer as it should; start goes on when it does`);
    };
    await Promise.all([
      persist(() => prepareTables(config, client), stopping.signal, onError('clickhouse')),
      persist(() => prepareTopics(admin, producer, config.topicPrefix), stopping.signal, onError('kafka')),
    ]);
    health.set('clickhouse', true);
    await consumer.start();
    watermarks = setInterval(() => {
      consumer.refreshWatermarks().catch((error) => logger.debug({ err: error }, 'no watermarks'));
    }, WATERMARK_INTERVAL_MS);
  };
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= stopOnce();
    return stopped;
  };
  const stopOnce = async () => {
    stopping.abort(new Error('store is stopping'));
    clearInterval(watermarks);
    await consumer.stop(FLUSH_TIMEOUT_MS);
    await Promise.all([producer.disconnect(), admin.disconnect()]);
    await client.close();
  };
  return { start, stop, [Symbol.asyncDispose]: stop };
}

/** A client for the configured server; without a database, for what has to be done before it exists. */
export function connect(config: StoreConfig, database?: string): ClickHouseClient {
  return createClient({
    url: config.clickhouseUrl,
    username: config.clickhouseUser,
    password: config.clickhousePassword,
    ...(database === undefined ? {} : { database }),
    application: 'spanwise-store',
    // whoever asks logs the error; the client would print its own format
    log: { level: ClickHouseLogLevel.OFF },
    request_timeout: config.insertTimeoutMs,
    max_open_connections: 16,
  });
}

async function prepareTables(config: StoreConfig, client: ClickHouseClient): Promise<void> {
  const server = connect(config);
  try {
    await ensureDatabase(server, config.clickhouseDatabase);
  } finally {
    await server.close();
  }
  await migrate(client, readMigrations());
  await applyRetention(client, { spanMs: config.spanRetentionMs, resultMs: config.resultRetentionMs });
}

async function prepareTopics(admin: Admin, producer: Producer, prefix: string): Promise<void> {
  await admin.connect();
  await producer.connect();
  await ensureTopics(admin, topics, prefix);
}
