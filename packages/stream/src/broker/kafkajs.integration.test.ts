import { uniqueName } from '@spanwise/testkit';
import { expect, inject, it } from 'vitest';
import { brokerContract } from '../../test/broker-contract.ts';
import { createTopics, topicSpec } from '../../test/kafka.ts';
import { until } from '../../test/until.ts';
import { KafkaBroker } from './kafkajs.ts';
import '@spanwise/testkit/vitest-kafka';

brokerContract('Kafka', async () => {
  const brokers = inject('kafkaBrokers');
  return {
    createTopic: (name, partitions) => createTopics(brokers, [topicSpec(name, partitions)]),
    connect: () => KafkaBroker.connect({ brokers, clientId: 'contract', sessionTimeoutMs: 30_000 }),
    [Symbol.asyncDispose]: async () => {},
  };
});

it('a join that fails leaves no connection behind', async () => {
  const sockets = () => process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;
  await using broker = await KafkaBroker.connect({ brokers: inject('kafkaBrokers'), clientId: 'lonely' });
  const before = sockets();
  const ignore = () => {};
  const listener = {
    ...{ onAssigned: ignore, onBatch: ignore, onLostInput: ignore, onTruncatedInput: ignore, onCrash: ignore },
  };
  await expect(broker.join(uniqueName('group'), uniqueName('no-such-topic'), listener)).rejects.toThrow();
  await until('connections closed', () => sockets() <= before);
});
