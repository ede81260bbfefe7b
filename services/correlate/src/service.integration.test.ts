import { createLogger, createRegistry, createStreamService, Health } from '@spanwise/runtime';
import { topics } from '@spanwise/schemas';
import { ensureTopics, kafkaClient, UnusableTopicError } from '@spanwise/stream';
import { uniqueName } from '@spanwise/testkit';
import { expect, inject, it, vi } from 'vitest';
import { CorrelateMetrics } from './metrics.ts';
import { correlateTopology } from './topology.ts';
import '@spanwise/testkit/vitest-kafka';

function createCorrelate(brokers: string[], topicPrefix: string) {
  const registry = createRegistry();
  const health = new Health();
  const logger = createLogger('correlate', 'fatal');
  const lifetimes = {
    sessionGapMs: 1_000,
    sessionRetentionMs: 10_000,
    fleetRetentionMs: 86_400_000,
    signalsTopic: 'signals',
    maxSessions: 1_000,
    maxStateBytes: 2 ** 28,
  };
  const topology = correlateTopology(lifetimes, new CorrelateMetrics(registry, 10));
  return {
    service: createStreamService(topology, { brokers, topicPrefix, clock: 'broker' }, { registry, health, logger }),
    health,
  };
}

async function withPartitions(topicPrefix: string, partitions: Record<string, number>): Promise<void> {
  const admin = kafkaClient({ brokers: inject('kafkaBrokers'), clientId: 'correlate-test' }).admin();
  await admin.connect();
  try {
    await ensureTopics(admin, topics, topicPrefix, { partitions });
  } finally {
    await admin.disconnect();
  }
}

it('starts, makes its topics, and is well', async () => {
  const { service, health } = createCorrelate(inject('kafkaBrokers'), uniqueName('correlate'));
  await using _ = service;
  await service.start();
  await vi.waitFor(() => expect(health.report()).toMatchObject({ ready: true, components: { kafka: { ok: true } } }), {
    timeout: 60_000,
  });
});

it('does not wait for a topic that no waiting mends', async () => {
  const prefix = uniqueName('correlate');
  await withPartitions(prefix, { signals: 3 });
  const { service } = createCorrelate(inject('kafkaBrokers'), prefix);
  await using _ = service;
  await expect(service.start()).rejects.toThrow(UnusableTopicError);
});

it('waits for a Kafka that is away until it is stopped', async () => {
  const { service, health } = createCorrelate(['127.0.0.1:9'], uniqueName('correlate'));
  const started = service.start();
  started.catch(() => {});
  await vi.waitFor(() => expect(health.report().components.kafka?.ok).toBe(false), { timeout: 60_000, interval: 50 });
  await service.stop();
  await expect(started).rejects.toThrow('correlate is stopping');
});
