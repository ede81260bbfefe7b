/** Child process of the benchmark: writes blocks of spans at a rate, in a CPU account of its own. */

import { setTimeout as sleep } from 'node:timers/promises';
import { BlockEncoder } from '@spanwise/schemas';
import { kafkaClient } from '../src/broker/kafkajs-client.ts';
import { partitionForKey } from '../src/partition.ts';
import { benchSpan } from './topologies.ts';

const [brokers = '', topic = '', partitions = '4', spans = '100000', spansPerSecond = '0'] = process.argv.slice(2);
const BLOCK_BYTES = 50_000;
const count = Number(partitions);

const encoders = Array.from({ length: count }, () => new BlockEncoder('Span'));
const blocks: { partition: number; value: Buffer; records: number }[] = [];
for (let i = 0; i < Number(spans); i++) {
  const record = benchSpan(i);
  const partition = partitionForKey(record.traceId, count);
  const encoder = encoders[partition] as BlockEncoder<'Span'>;
  encoder.add(record);
  if (encoder.byteLength > BLOCK_BYTES) blocks.push({ partition, records: encoder.count, value: encoder.finish() });
}
encoders.forEach((encoder, partition) => {
  if (encoder.count > 0) blocks.push({ partition, records: encoder.count, value: encoder.finish() });
});

const producer = kafkaClient({ brokers: brokers.split(','), clientId: 'bench-feed' }).producer();
await producer.connect();
process.send?.('begin');
const begin = performance.now();
let sent = 0;
while (blocks.length > 0) {
  const rate = Number(spansPerSecond);
  const batch = blocks.splice(0, rate > 0 ? 1 : 16);
  await producer.send({ topic, messages: batch.map(({ partition, value }) => ({ partition, value })) });
  sent += batch.reduce((sum, { records }) => sum + records, 0);
  if (rate > 0) await sleep(Math.max(0, begin + (sent / rate) * 1000 - performance.now()));
}
await producer.disconnect();
process.send?.('end');
