import { createLogger, createRegistry, Health, loadConfig } from '@spanwise/runtime';
import { decodeBlock, type RecordName, type RecordTypes } from '@spanwise/schemas';
import { uniqueName } from '@spanwise/testkit';
import kafkajs from 'kafkajs';
import { vi } from 'vitest';
import { ingestConfig } from './config.ts';
import { IngestService } from './service.ts';

/** A running service on free ports, with topics of its own, and what it wrote to them. */
export async function startIngest(brokers: readonly string[], env: Record<string, string> = {}) {
  const ingest = createIngest(brokers, env);
  await ingest.service.start();
  return ingest;
}

/** The same, not started yet. */
export function createIngest(brokers: readonly string[], env: Record<string, string> = {}) {
  const prefix = `${uniqueName('ingest')}_`;
  const config = loadConfig(ingestConfig, {
    SPANWISE_KAFKA_BROKERS: brokers.join(','),
    SPANWISE_HOST: '127.0.0.1',
    SPANWISE_INGEST_HTTP_PORT: '0',
    SPANWISE_INGEST_GRPC_PORT: '0',
    SPANWISE_INGEST_OTLP_TOPIC: '',
    SPANWISE_TOPIC_PREFIX: prefix,
    ...env,
  });
  const health = new Health();
  const registry = createRegistry();
  const logger = createLogger('ingest', 'fatal');
  const service = new IngestService(config, { logger, registry, health });
  return {
    service,
    logger,
    health,
    prefix,
    get url(): string {
      return `http://127.0.0.1:${service.ports.http}/v1/traces`;
    },
    metric: async (name: string) => (await registry.getSingleMetric(name)?.get())?.values ?? [],
    topic: <N extends RecordName>(name: string, record: N) => readTopic(brokers, prefix + name, record),
    [Symbol.asyncDispose]: () => service.stop(),
  };
}

export type RunningIngest = ReturnType<typeof createIngest>;

/** All records that are in a topic now, and the size of the largest message. */
export async function readTopic<N extends RecordName>(brokers: readonly string[], topic: string, record: N) {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const left = new Map<number, number>();
  // a topic that was just created may not have its leaders yet, which kafkajs does not retry here
  const offsets = await vi.waitFor(() => admin.fetchTopicOffsets(topic), { timeout: 60_000, interval: 100 });
  for (const { partition, high, low } of offsets) {
    if (Number(high) > Number(low)) left.set(partition, Number(high));
  }
  const records: { partition: number; record: RecordTypes[N] }[] = [];
  let messages = 0;
  let largest = 0;
  const groupId = uniqueName('reader');
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50 });
  const done = Promise.withResolvers<void>();
  if (left.size === 0) done.resolve();
  else {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        messages++;
        largest = Math.max(largest, message.value?.length ?? 0);
        const decoded = decodeBlock(record, message.value ?? Buffer.alloc(0));
        for (const each of decoded) records.push({ partition, record: each });
        if (Number(message.offset) + 1 >= (left.get(partition) ?? 0)) left.delete(partition);
        if (left.size === 0) done.resolve();
      },
    });
  }
  await done.promise;
  await consumer.disconnect();
  await admin.disconnect();
  return { records, messages, largest };
}
