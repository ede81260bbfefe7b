import { inject } from 'vitest';
import { brokerContract } from '../../test/broker-contract.ts';
import { createTopics, topicSpec } from '../../test/kafka.ts';
import { KafkaBroker } from './kafkajs.ts';
import '@spanwise/testkit/vitest-kafka';

brokerContract('Kafka', async () => {
  const brokers = inject('kafkaBrokers');
  return {
    createTopic: (name, partitions) => createTopics(brokers, [topicSpec(name, partitions)]),
    connect: () => KafkaBroker.connect({ brokers, clientId: 'contract' }),
    [Symbol.asyncDispose]: async () => {},
  };
});
