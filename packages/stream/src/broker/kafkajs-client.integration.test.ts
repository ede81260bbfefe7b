import '@spanwise/testkit/vitest-kafka';
import { uniqueName } from '@spanwise/testkit';
import kafkajs from 'kafkajs';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { Collector, createTopics, topicSpec } from '../../test/kafka.ts';
import { until } from '../../test/until.ts';
import { kafkaClient } from './kafkajs-client.ts';

describe('the Kafka client', () => {
  const brokers = inject('kafkaBrokers');
  const client = kafkaClient({ brokers, clientId: 'client-test' });
  let topic: string;

  beforeEach(async () => {
    topic = uniqueName('client');
    await createTopics(brokers, [topicSpec(topic, 1)]);
  });

  async function received(count: number): Promise<string[]> {
    await using collector = new Collector(brokers);
    await collector.start([topic]);
    await until(`${count} messages`, () => collector.values(topic).length >= count);
    return collector.values(topic).map(String);
  }

  it.each([
    ['no compression', kafkajs.CompressionTypes.None],
    ['gzip', kafkajs.CompressionTypes.GZIP],
    ['snappy', kafkajs.CompressionTypes.Snappy],
    ['lz4', kafkajs.CompressionTypes.LZ4],
    ['zstd', kafkajs.CompressionTypes.ZSTD],
  ])('writes and reads with %s', async (_, compression) => {
    const producer = client.producer();
    await producer.connect();
    const texts = Array.from({ length: 50 }, (_, index) => `message ${index} ${'x'.repeat(1_000)}`);
    await producer.send({ topic, compression, messages: texts.map((value) => ({ value })) });
    await producer.disconnect();
    expect(await received(50)).toEqual(texts);
  });

  it('shows nothing of aborted transactions that overlapped each other and committed ones', async () => {
    const producers = ['a', 'b', 'c'].map((name) =>
      client.producer({ transactionalId: `${topic}-${name}`, maxInFlightRequests: 1, retry: { initialRetryTime: 10 } }),
    );
    await Promise.all(producers.map((producer) => producer.connect()));
    for (let round = 0; round < 3; round++) {
      const transactions = [];
      for (const producer of producers) transactions.push(await producer.transaction());
      for (const [index, transaction] of transactions.entries()) {
        await transaction.send({ topic, messages: [{ value: `${round} ${index}` }] });
      }
      // the one that began first ends last
      await transactions[2]?.abort();
      await transactions[1]?.commit();
      await transactions[0]?.abort();
    }
    const last = client.producer();
    await last.connect();
    // a record whose key looks like an abort marker is none
    await last.send({ topic, messages: [{ key: Buffer.from([0, 0, 0, 0]), value: 'end' }] });
    await Promise.all([...producers, last].map((producer) => producer.disconnect()));
    expect(await received(4)).toEqual(['0 1', '1 1', '2 1', 'end']);
  });
});
