/** A process that runs the ledger on Kafka until it is told to stop, for tests that kill it: brokers, prefix. */
import { KafkaBroker } from '../src/broker/kafkajs.ts';
import { StreamEngine } from '../src/stream-engine.ts';
import { ledger } from './ledger.ts';

const [brokers = '', prefix = ''] = process.argv.slice(2);
const broker = await KafkaBroker.connect({ brokers: brokers.split(','), clientId: 'ledger', sessionTimeoutMs: 6_000 });
const engine = new StreamEngine(ledger(), broker, {
  topicPrefix: prefix,
  commitIntervalMs: 50,
  snapshots: { intervalMs: 1_000, floorBytes: 1_000 },
  observer: {
    onAssignment: (partitions) => process.send?.({ assigned: partitions.length }),
  },
});
process.on('message', async () => {
  await engine.stop();
  await broker[Symbol.asyncDispose]();
  process.disconnect();
});
await engine.start();
