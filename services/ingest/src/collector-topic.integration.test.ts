import { encodeTracesProtobuf, newAttributes } from '@spanwise/otlp';
import { kafkaClient } from '@spanwise/stream';
import { startTestKafka, type TestKafka } from '@spanwise/testkit';
import kafkajs, { type Consumer, type Kafka } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createIngest, type RunningIngest } from './ingest.fixture.ts';
import { otlpRequest, traceIdOf } from './otlp.fixture.ts';

const { GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;

let broker: TestKafka;
let kafka: Kafka;
beforeAll(async () => {
  broker = await startTestKafka();
  kafka = kafkaClient({ brokers: broker.brokers, clientId: 'collector' });
});
afterAll(() => broker[Symbol.asyncDispose]());

const reading = (env = {}) => createIngest(broker.brokers, { SPANWISE_INGEST_OTLP_TOPIC: 'otlp_spans', ...env });

async function produce(
  ingest: RunningIngest,
  value: Buffer,
  compression = kafkajs.CompressionTypes.None,
  key: Buffer | null = null,
) {
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic: `${ingest.prefix}otlp_spans`, compression, messages: [{ key, value, partition: 0 }] });
  await producer.disconnect();
}
const request = (name: string) => Buffer.from(encodeTracesProtobuf(otlpRequest(name, 3)));

/** Waits until all three spans of each request are in `spans`. */
const untilStored = (ingest: RunningIngest, names: string[]) =>
  vi.waitFor(
    async () => {
      const { records } = await ingest.topic('spans', 'Span');
      for (const name of names) {
        expect(records.filter(({ record }) => record.traceId === traceIdOf(name))).toHaveLength(3);
      }
    },
    { timeout: 60_000, interval: 300 },
  );

describe("the Collector's topic", () => {
  it('is read in every compression, and behind a batch that cannot be decompressed', async () => {
    await using ingest = reading();
    await ingest.service.start();
    const all = { gzip: GZIP, snappy: Snappy, lz4: LZ4, zstd: ZSTD };
    for (const [name, compression] of Object.entries(all)) await produce(ingest, request(name), compression);
    // small for the broker; decompressed, more than a request may be
    await produce(ingest, Buffer.alloc(100 * 1024 * 1024), ZSTD);
    await produce(ingest, request('after the bomb'));
    await untilStored(ingest, [...Object.keys(all), 'after the bomb']);
    const { records } = await ingest.topic('dead-letters', 'DeadLetter');
    expect(records.map(({ record }) => record)).toMatchObject([
      { partition: 0, offset: 4, reason: 'undecodable', detail: expect.stringContaining('offsets 4 to 4 (zstd)') },
    ]);
    expect(ingest.health.ready).toBe(true);
  });

  it('is read behind a request above the limit, which is not decoded, and behind a message with a huge key', async () => {
    await using ingest = reading({ SPANWISE_INGEST_MAX_BODY_BYTES: '1MiB' });
    await ingest.service.start();
    // small for the broker, and lawful: it is its size alone that speaks against it
    const tooLarge = Buffer.from(encodeTracesProtobuf(otlpRequest('too large', 20_000)));
    await produce(ingest, tooLarge, ZSTD);
    await produce(ingest, Buffer.from('no request'), ZSTD, Buffer.alloc(3 * 1024 * 1024, 'k'));
    await produce(ingest, request('after them'));
    await untilStored(ingest, ['after them']);
    const { records } = await ingest.topic('dead-letters', 'DeadLetter');
    expect(records.map(({ record }) => record)).toMatchObject([
      {
        offset: 0,
        reason: 'rejected',
        detail: expect.stringContaining(`${tooLarge.length} bytes, the limit is 1048576`),
      },
      { offset: 1, reason: 'undecodable', key: Buffer.alloc(8 * 1024, 'k') },
    ]);
    expect(tooLarge.subarray(0, records[0]?.record.value?.length)).toEqual(records[0]?.record.value);
    const spans = await ingest.topic('spans', 'Span');
    expect(spans.records.filter(({ record }) => record.traceId === traceIdOf('too large'))).toEqual([]);
    expect(ingest.health.ready).toBe(true);
  });

  it('reads the largest request made of the smallest spans once, without being expelled over it', async () => {
    await using ingest = reading();
    const crashed = vi.spyOn(ingest.logger, 'error');
    await ingest.service.start();
    const [resource] = otlpRequest('small', 1);
    const [first] = resource?.scopeSpans[0]?.spans ?? [];
    if (!resource || !first) throw new Error('no span');
    const smallest = { ...first, name: '', kind: 0, attributes: newAttributes() };
    const chunk = 10_000;
    const part = encodeTracesProtobuf([
      {
        ...resource,
        scopeSpans: [
          { scope: { name: '', version: '', attributes: newAttributes() }, spans: Array(chunk).fill(smallest) },
        ],
      },
    ]);
    // repeated fields of protobuf are joined by putting their bytes one behind the other
    const parts = Math.floor((16 * 1024 * 1024) / part.length);
    await produce(ingest, Buffer.concat(Array(parts).fill(part)), ZSTD);
    await produce(ingest, request('after it'));
    await vi.waitFor(
      async () => expect((await ingest.metric('spanwise_ingest_spans_total'))[0]?.value).toBe(parts * chunk + 3),
      { timeout: 270_000, interval: 500 },
    );
    expect(crashed).not.toHaveBeenCalled();
  }, 300_000);

  it('is not ready and says so while its consumer cannot join, and reads once it can', async () => {
    await using ingest = reading();
    const error = vi.spyOn(ingest.logger, 'error');
    await using _stranger = await strangerIn(`${ingest.prefix}ingest`);
    await ingest.service.start();
    expect(ingest.health.report().components.collector_topic).toMatchObject({
      ok: false,
      detail: expect.stringContaining('crashed'),
    });
    expect(error).toHaveBeenCalledWith(
      expect.objectContaining({ topic: `${ingest.prefix}otlp_spans`, err: expect.any(Error) }),
      expect.stringContaining('crashed'),
    );
    await _stranger[Symbol.asyncDispose]();
    await produce(ingest, request('at last'));
    await untilStored(ingest, ['at last']);
    expect(ingest.health.ready).toBe(true);
  });
});

/** Somebody else's consumer in a group, of a kind that the broker does not let in together with ours. */
async function strangerIn(groupId: string): Promise<AsyncDisposable> {
  const topic = `${groupId}-strange`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
  await admin.disconnect();
  const consumer: Consumer = kafka.consumer({
    groupId,
    partitionAssigners: [
      (options) => {
        const usual = kafkajs.PartitionAssigners.roundRobin(options);
        return { ...usual, name: 'strange', protocol: (topics) => ({ ...usual.protocol(topics), name: 'strange' }) };
      },
    ],
  });
  await consumer.connect();
  await consumer.subscribe({ topic });
  await consumer.run({ eachMessage: async () => {} });
  return { [Symbol.asyncDispose]: () => consumer.disconnect() };
}
