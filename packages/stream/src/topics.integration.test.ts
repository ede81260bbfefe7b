import '@spanwise/testkit/vitest-kafka';
import { uniqueName } from '@spanwise/testkit';
import type { Admin } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { topicSpec } from '../test/kafka.ts';
import { kafkaClient } from './broker/kafkajs-client.ts';
import { ensureTopics, partitionCount, UnusableTopicError } from './topics.ts';

describe('ensureTopics', () => {
  let admin: Admin;
  const specs = [topicSpec('spans', 3), { ...topicSpec('changelog', 4), partitionsLike: 'spans' }];

  beforeAll(async () => {
    admin = kafkaClient({ brokers: inject('kafkaBrokers'), clientId: 'topics' }).admin();
    await admin.connect();
  });
  afterAll(() => admin.disconnect());

  const partitionsOf = async (topic: string) =>
    (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length;

  it('creates what is missing, as configured, and then nothing', async () => {
    const prefix = uniqueName('topics');
    expect(await ensureTopics(admin, specs, prefix)).toEqual([`${prefix}spans`, `${prefix}changelog`]);
    expect(await ensureTopics(admin, specs, prefix)).toEqual([]);
    expect(await partitionsOf(`${prefix}spans`)).toBe(3);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: `${prefix}spans`, configNames: ['message.timestamp.type'] }],
    });
    expect(resources[0]?.configEntries[0]?.configValue).toBe('LogAppendTime');
  });

  it('lets several processes create them at the same moment', async () => {
    const prefix = uniqueName('topics');
    await Promise.all([1, 2, 3].map(() => ensureTopics(admin, specs, prefix)));
    expect(await partitionsOf(`${prefix}changelog`)).toBe(3);
  });

  it('follows the operator, for a topic and those that go with it', async () => {
    const prefix = uniqueName('topics');
    const overrides = { partitions: { spans: 6 } };
    expect(specs.map((spec) => partitionCount(spec, specs, overrides))).toEqual([6, 6]);
    await ensureTopics(admin, specs, prefix, overrides);
    expect(await partitionsOf(`${prefix}changelog`)).toBe(6);
  });

  it('refuses a topic for state that would lose it to retention, and says what to do', async () => {
    const prefix = uniqueName('topics');
    const state = topicSpec('state', 1, { 'cleanup.policy': 'delete', 'retention.ms': '-1' });
    await ensureTopics(admin, [topicSpec('state', 1, { 'retention.ms': '3600000' })], prefix);
    const refused = ensureTopics(admin, [state], prefix);
    await expect(refused).rejects.toThrow(UnusableTopicError);
    await expect(refused).rejects.toThrow(/has retention\.ms=3600000: it holds state.*set retention\.ms=-1/);
    const other = uniqueName('topics');
    await ensureTopics(admin, [state], other);
    await expect(ensureTopics(admin, [state], other)).resolves.toEqual([]);
  });

  it('refuses another number of partitions, and says what to do', async () => {
    const prefix = uniqueName('topics');
    await ensureTopics(admin, specs, prefix);
    const refused = ensureTopics(admin, specs, prefix, { partitions: { spans: 5 } });
    await expect(refused).rejects.toThrow(UnusableTopicError);
    await expect(refused).rejects.toThrow(
      /has 3 partitions, 5 are configured.*configure the number that the topic has/,
    );
  });
});
