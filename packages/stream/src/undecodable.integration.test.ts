import '@spanwise/testkit/vitest-kafka';
import { decodeBlock, encodeBlock } from '@spanwise/schemas';
import { uniqueName } from '@spanwise/testkit';
import kafkajs from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { sendBomb } from '../test/bomb.ts';
import { Collector, createTopics, topicSpec } from '../test/kafka.ts';
import { booking, entry, ledger } from '../test/ledger.ts';
import { until } from '../test/until.ts';
import { KafkaBroker } from './broker/kafkajs.ts';
import { kafkaClient } from './broker/kafkajs-client.ts';
import { silentLogger } from './logger.ts';
import { StreamEngine } from './stream-engine.ts';

const { None, GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;

describe('the engine on an input of others', () => {
  const brokers = inject('kafkaBrokers');
  const client = kafkaClient({ brokers, clientId: 'others' });
  const producer = client.producer({ allowAutoTopicCreation: false });
  let broker: KafkaBroker;
  let prefix: string;
  let collector: Collector;

  beforeAll(async () => {
    await producer.connect();
    broker = await KafkaBroker.connect({ brokers, clientId: 'engine', sessionTimeoutMs: 30_000 });
  });
  afterAll(async () => {
    await producer.disconnect();
    await broker[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    prefix = uniqueName('others');
    const names = ['entries', 'ledger-changelog', 'bookings', 'totals', 'dead-letters'];
    await createTopics(
      brokers,
      names.map((name) => topicSpec(name, 1)),
      prefix,
    );
    collector = new Collector(brokers);
    await collector.start([`${prefix}bookings`, `${prefix}dead-letters`]);
  });
  afterEach(() => collector[Symbol.asyncDispose]());

  const send = (id: string, compression = None) =>
    producer.send({
      topic: `${prefix}entries`,
      compression,
      messages: [{ partition: 0, value: encodeBlock('SpanRevision', [entry('account', id, 0, 1)]) }],
    });
  const booked = () =>
    collector
      .values(`${prefix}bookings`)
      .flatMap((block) => decodeBlock('SpanRevision', block))
      .map((record) => booking(record).id)
      .filter((id) => id !== 'closed');
  const deadLetters = () =>
    collector.values(`${prefix}dead-letters`).flatMap((block) => decodeBlock('DeadLetter', block));

  it('reads every compression', async () => {
    await using engine = new StreamEngine(ledger(), broker, { topicPrefix: prefix, commitIntervalMs: 50 });
    await engine.start();
    const all = { none: None, gzip: GZIP, snappy: Snappy, lz4: LZ4, zstd: ZSTD };
    for (const [name, compression] of Object.entries(all)) await send(name, compression);
    await until('all are booked', () => booked().length === 5);
    expect(booked().sort()).toEqual(Object.keys(all).sort());
  });

  it('buries a batch that cannot be decompressed, and goes on behind it', async () => {
    await using engine = new StreamEngine(ledger(), broker, { topicPrefix: prefix, commitIntervalMs: 50 });
    await engine.start();
    await send('before');
    await sendBomb(client, `${prefix}entries`, 0);
    await send('after');
    await until('both are booked', () => booked().length === 2);
    await until('the dead letter', () => deadLetters().length === 1);
    expect(deadLetters()).toMatchObject([
      {
        topic: 'entries',
        partition: 0,
        reason: 'undecodable',
        detail: expect.stringMatching(/offsets \d+ to \d+ \(zstd\)/),
      },
    ]);
  });

  it('says as an error that it cannot join, and joins when it can', async () => {
    const stranger = client.consumer({ groupId: `${prefix}ledger`, partitionAssigners: [stranges] });
    await stranger.connect();
    await stranger.subscribe({ topic: `${prefix}entries` });
    await stranger.run({ eachMessage: async () => {} });
    const errors: object[] = [];
    const logger = { ...silentLogger, error: (fields: object) => void errors.push(fields) };
    await using engine = new StreamEngine(ledger(), broker, { topicPrefix: prefix, commitIntervalMs: 50, logger });
    await engine.start();
    await until('it complains', () => errors.length > 0);
    expect(errors[0]).toMatchObject({ group: `${prefix}ledger`, topic: `${prefix}entries`, err: expect.any(Error) });
    await stranger.disconnect();
    await send('at last');
    await until('it is booked', () => booked().length === 1);
  });
});

/** An assigner that ours has never heard of: the broker lets only one kind into a group. */
const stranges: kafkajs.PartitionAssigner = (options) => {
  const usual = kafkajs.PartitionAssigners.roundRobin(options);
  return { ...usual, name: 'strange', protocol: (topics) => ({ ...usual.protocol(topics), name: 'strange' }) };
};
