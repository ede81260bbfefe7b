import { brokerContract } from '../../test/broker-contract.ts';
import { MemoryBroker } from './memory.ts';
import { MemoryCluster } from './memory-cluster.ts';

brokerContract('memory', async () => {
  const cluster = new MemoryCluster();
  return {
    createTopic: async (name, partitions) => cluster.createTopic(name, partitions),
    connect: async () => new MemoryBroker(cluster),
    [Symbol.asyncDispose]: async () => {},
  };
});
