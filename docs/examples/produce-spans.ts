/**
 * Writes one span straight to the topic `spans`, without ingest: for producers that have Kafka already.
 *
 *   ./node_modules/.bin/node docs/examples/produce-spans.ts 127.0.0.1:9092
 */
import { randomBytes } from 'node:crypto';
import { encodeBlock, newRecord } from '@spanwise/schemas';
import { partitionForKey } from '@spanwise/stream';
import kafkajs from 'kafkajs';

const { Kafka, Partitioners } = kafkajs;
const kafka = new Kafka({ brokers: [process.argv[2] ?? '127.0.0.1:9092'] });
const admin = kafka.admin();
await admin.connect();
const { topics } = await admin.fetchTopicMetadata({ topics: ['spans'] });
await admin.disconnect();
const partitions = topics[0]?.partitions.length ?? 0;

const now = Date.now() * 1000;
const span = newRecord('Span', {
  tenant: 'default',
  traceId: randomBytes(16).toString('hex'),
  spanId: randomBytes(8).toString('hex'),
  name: 'invoke_agent refunds',
  kind: 'agent',
  otelKind: 'internal',
  startTime: now - 4_200_000,
  durationNs: 4_200_000_000,
  receivedTime: now,
  status: 'ok',
  conversationId: 'conv-7',
  agent: 'refunds',
});

// A block holds any number of spans of one partition; the partition is that of tenant/traceId, so that a run stays together.
const key = `${span.tenant}/${span.traceId}`;
const producer = kafka.producer({
  idempotent: true,
  maxInFlightRequests: 1,
  allowAutoTopicCreation: false,
  createPartitioner: Partitioners.DefaultPartitioner,
});
await producer.connect();
await producer.send({
  topic: 'spans',
  acks: -1,
  messages: [{ partition: partitionForKey(key, partitions), value: encodeBlock('Span', [span]) }],
});
await producer.disconnect();
console.log(`sent span ${span.spanId} of trace ${span.traceId}`);
