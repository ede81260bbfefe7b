import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Client, compressionAlgorithms, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { encodeTracesJson, encodeTracesProtobuf } from '@spanwise/otlp';
import { startTestKafka, type TestKafka } from '@spanwise/testkit';
import kafkajs, { type Kafka } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EXPORT_PATH } from './grpc-server.ts';
import { type RunningIngest, startIngest } from './ingest.fixture.ts';
import { otlpRequest, traceIdOf } from './otlp.fixture.ts';

let broker: TestKafka;
let kafka: Kafka;
let ingest: RunningIngest;
beforeAll(async () => {
  broker = await startTestKafka();
  kafka = new kafkajs.Kafka({ brokers: broker.brokers, logLevel: kafkajs.logLevel.NOTHING });
  ingest = await startIngest(broker.brokers, {
    SPANWISE_INGEST_OTLP_TOPIC: 'otlp_spans',
    SPANWISE_INGEST_MAX_BODY_BYTES: '1MiB',
  });
});
afterAll(async () => {
  await ingest[Symbol.asyncDispose]();
  await broker[Symbol.asyncDispose]();
});

const asBuffer = (bytes: Buffer): Buffer => bytes;

async function exportOver(
  client: Client,
  bytes: Uint8Array,
  metadata = new Metadata(),
): Promise<Buffer | ServiceError> {
  return await new Promise((resolve) => {
    client.makeUnaryRequest(EXPORT_PATH, asBuffer, asBuffer, Buffer.from(bytes), metadata, (error, answer) =>
      resolve(error ?? answer ?? Buffer.alloc(0)),
    );
  });
}

async function storedOf(traceId: string): Promise<string[]> {
  const { records } = await ingest.topic('spans', 'Span');
  return records.filter(({ record }) => record.traceId === traceId).map(({ record }) => record.spanId);
}

describe('OTLP/gRPC', () => {
  const connect = (options = {}) =>
    new Client(`127.0.0.1:${ingest.service.ports.grpc}`, credentials.createInsecure(), options);

  it.each([
    ['plain', {}],
    ['in gzip', { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip }],
  ])('takes spans %s', async (name, options) => {
    const client = connect(options);
    expect(await exportOver(client, encodeTracesProtobuf(otlpRequest(name, 3)))).toEqual(Buffer.alloc(0));
    expect(await storedOf(traceIdOf(name))).toHaveLength(3);
    client.close();
  });

  it('answers partial success for unlawful spans', async () => {
    const client = connect();
    const request = otlpRequest('grpc partial', 2);
    for (const span of request[0]?.scopeSpans[0]?.spans.slice(1) ?? []) span.traceId = '00'.repeat(16);
    const answer = await exportOver(client, encodeTracesProtobuf(request));
    expect(answer.toString('utf8')).toContain('trace id');
    expect(await storedOf(traceIdOf('grpc partial'))).toHaveLength(1);
    client.close();
  });

  it.each([
    ['garbage', Buffer.from('garbage'), status.INVALID_ARGUMENT],
    ['more than the limit', Buffer.alloc(1_100_000), status.RESOURCE_EXHAUSTED],
  ])('refuses %s', async (_, bytes, code) => {
    const client = connect();
    expect(await exportOver(client, bytes)).toMatchObject({ code });
    client.close();
  });
});

describe('OTLP/gRPC refuses for a time or for want of a key', () => {
  it('with RetryInfo under back-pressure, so that exporters come again', async () => {
    await using small = await startIngest(broker.brokers, {
      SPANWISE_INGEST_MAX_IN_FLIGHT_BYTES: '1KiB',
      SPANWISE_INGEST_LINGER: '200ms',
    });
    const client = new Client(`127.0.0.1:${small.service.ports.grpc}`, credentials.createInsecure());
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => exportOver(client, encodeTracesProtobuf(otlpRequest(`grpc flood ${i}`, 5)))),
    );
    const refused = answers.filter((answer): answer is ServiceError => !Buffer.isBuffer(answer));
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(8);
    expect(refused[0]).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    const [details] = refused[0]?.metadata.get('grpc-status-details-bin') ?? [];
    expect(details?.toString()).toContain('google.rpc.RetryInfo');
    client.close();
  });

  it('with UNAUTHENTICATED without a key, and takes spans with one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spanwise-keys-'));
    const file = join(folder, 'keys.json');
    await writeFile(file, '{"key-a": "acme"}');
    await using keyed = await startIngest(broker.brokers, { SPANWISE_INGEST_API_KEYS_FILE: file });
    const client = new Client(`127.0.0.1:${keyed.service.ports.grpc}`, credentials.createInsecure());
    const spans = encodeTracesProtobuf(otlpRequest('grpc keyed', 1));
    expect(await exportOver(client, spans)).toMatchObject({ code: status.UNAUTHENTICATED });
    const metadata = new Metadata();
    metadata.set('authorization', 'Bearer key-a');
    expect(await exportOver(client, spans, metadata)).toEqual(Buffer.alloc(0));
    const { records } = await keyed.topic('spans', 'Span');
    expect(records.map(({ record }) => record.tenant)).toEqual(['acme']);
    client.close();
    await rm(folder, { recursive: true });
  });
});

describe("the Collector's topic", () => {
  const produce = async (values: (Buffer | null)[], partition = 0) => {
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({
      topic: `${ingest.prefix}otlp_spans`,
      messages: values.map((value) => ({ value, partition })),
    });
    await producer.disconnect();
  };
  const committed = async () => {
    const admin = kafka.admin();
    await admin.connect();
    const topic = `${ingest.prefix}otlp_spans`;
    const [ends, [group]] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      admin.fetchOffsets({ groupId: `${ingest.prefix}ingest`, topics: [topic] }),
    ]);
    await admin.disconnect();
    const lag = ends.map(({ partition, high }) => {
      const offset = Number(group?.partitions.find((each) => each.partition === partition)?.offset ?? -1);
      return Number(high) - Math.max(0, offset);
    });
    return lag.reduce((sum, each) => sum + each, 0);
  };
  const untilRead = () => vi.waitFor(async () => expect(await committed()).toBe(0), { timeout: 60_000, interval: 200 });

  it('is read in both encodings, and what cannot be read goes to the dead letters and stops nothing', async () => {
    const poison = Buffer.from([10, 200, 1, 7, 7]);
    const unlawful = otlpRequest('kafka unlawful', 2);
    for (const span of unlawful[0]?.scopeSpans[0]?.spans.slice(1) ?? []) span.spanId = '00'.repeat(8);
    await produce([
      Buffer.from(encodeTracesProtobuf(otlpRequest('kafka protobuf', 3))),
      poison,
      Buffer.from('{"resourceLogs":[]}'),
      Buffer.from(encodeTracesJson(otlpRequest('kafka json', 2))),
      null,
      Buffer.from(encodeTracesProtobuf(unlawful)),
      Buffer.from(encodeTracesProtobuf(otlpRequest('kafka last', 1))),
    ]);
    await produce([gzipSync('compressed twice')], 1);
    await untilRead();
    expect(await storedOf(traceIdOf('kafka protobuf'))).toHaveLength(3);
    expect(await storedOf(traceIdOf('kafka json'))).toHaveLength(2);
    expect(await storedOf(traceIdOf('kafka last'))).toHaveLength(1);
    expect(await storedOf(traceIdOf('kafka unlawful'))).toHaveLength(1);
    const { records } = await ingest.topic('dead-letters', 'DeadLetter');
    const letters = records
      .map(({ record }) => record)
      .sort((a, b) => a.partition - b.partition || a.offset - b.offset);
    expect(letters).toMatchObject([
      { service: 'ingest', partition: 0, offset: 1, reason: 'undecodable', value: poison },
      { partition: 0, offset: 2, reason: 'undecodable', detail: expect.stringContaining('logs') },
      { partition: 0, offset: 5, reason: 'rejected', detail: expect.stringContaining('span id') },
      { partition: 1, offset: 0, reason: 'undecodable' },
    ]);
    expect(letters[0]?.topic).toBe(`${ingest.prefix}otlp_spans`);
  });

  it('gives a message the time at which the broker got it, so that reading it again changes nothing', async () => {
    const { records } = await ingest.topic('spans', 'Span');
    const times = records
      .filter(({ record }) => record.traceId === traceIdOf('kafka protobuf'))
      .map(({ record }) => record.receivedTime);
    expect(new Set(times).size).toBe(1);
    expect((times[0] ?? 0) % 1000).toBe(0);
  });
});
