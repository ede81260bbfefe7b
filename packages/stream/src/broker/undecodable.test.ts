import { createRequire } from 'node:module';
import { crc32c } from '@node-rs/crc32';
import kafkajs, { type KafkaMessage } from 'kafkajs';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerCodecs } from './compression.ts';
import { undecodableBatch } from './undecodable.ts';

// batches like these pass no broker: only a disk, a network, or a broker of another day delivers them
const require = createRequire(import.meta.url);
const protocol = require.resolve('kafkajs').replace(/index\.js$/, 'src/protocol/');
const Encoder = require(`${protocol}encoder.js`);
const Decoder = require(`${protocol}decoder.js`);
const encodeRecord = require(`${protocol}recordBatch/record/v0/index.js`);
const { RecordBatch } = require(`${protocol}recordBatch/v0/index.js`);
const Batch: new (topic: string, from: string, fetched: object) => { messages: KafkaMessage[] } = require(
  `${protocol}../consumer/batch.js`,
);
const decodeMessages: (decoder: unknown) => Promise<KafkaMessage[]> = require(
  `${protocol}requests/fetch/v4/decodeMessages.js`,
);

const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const RECORDS_AT = 61;

registerCodecs();

/** A batch of three records whose first has this offset. */
async function batch(firstOffset: number, compression: number, transaction: object = {}): Promise<Buffer> {
  const records = ['a', 'b', 'c'].map((value, offsetDelta) =>
    encodeRecord({ offsetDelta, timestampDelta: 0, key: null, value: value.repeat(100), headers: {} }),
  );
  const times = { maxTimestamp: 1_700_000_000_000 };
  const { buffer } = await RecordBatch({ compression, records, lastOffsetDelta: 2, ...times, ...transaction });
  buffer.writeBigInt64BE(BigInt(firstOffset), 0);
  return buffer;
}

function signed(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32c(bytes.subarray(ATTRIBUTES_AT)), CRC_AT);
  return bytes;
}

/** What a consumer gets of a fetch of these batches. */
async function fetched(...batches: Buffer[]): Promise<KafkaMessage[]> {
  const bytes = Buffer.concat(batches);
  return decodeMessages(new Decoder(new Encoder().writeBytes(bytes).buffer));
}

const damages: [what: string, compression: number, reason: string, words: string, damage: (bytes: Buffer) => Buffer][] =
  [
    [
      'a flipped bit',
      kafkajs.CompressionTypes.None,
      'bad_checksum',
      'offsets 3 to 5 (no compression) cannot be read: Its CRC-32C does not match',
      (bytes) => {
        bytes[RECORDS_AT + 50] = (bytes[RECORDS_AT + 50] ?? 0) ^ 1;
        return bytes;
      },
    ],
    [
      'broken lz4 behind a good checksum',
      kafkajs.CompressionTypes.LZ4,
      'undecodable',
      'offsets 3 to 5 (lz4) cannot be read',
      (bytes) => signed(Buffer.concat([bytes.subarray(0, RECORDS_AT), Buffer.alloc(bytes.length - RECORDS_AT)])),
    ],
    [
      'a compression that nobody knows',
      kafkajs.CompressionTypes.GZIP,
      'undecodable',
      'offsets 3 to 5 (compression 7) cannot be read: Compression 7 is unknown',
      (bytes) => {
        bytes.writeInt16BE(7, ATTRIBUTES_AT);
        return signed(bytes);
      },
    ],
    [
      'fewer records than it says',
      kafkajs.CompressionTypes.ZSTD,
      'undecodable',
      'offsets 3 to 5 (zstd) cannot be read',
      (bytes) => {
        bytes.writeInt32BE(4, RECORDS_AT - 4);
        return signed(bytes);
      },
    ],
  ];

describe.each(damages)('a batch with %s', (_, compression, reason, words, damage) => {
  let damaged: Buffer;
  let messages: KafkaMessage[];
  beforeAll(async () => {
    damaged = damage(await batch(3, compression));
    messages = await fetched(await batch(0, compression), damaged, await batch(6, compression));
  });

  it('is one message at its last offset, and what stands before and after it is read', () => {
    expect(messages.map(({ offset }) => offset)).toEqual(['0', '1', '2', '5', '6', '7', '8']);
    expect(messages.filter((message) => undecodableBatch(message)).map(({ offset }) => offset)).toEqual(['5']);
  });

  it('says which offsets it takes with it, and why, and is whole', () => {
    const [message] = messages.filter(({ offset }) => offset === '5');
    if (!message) throw new Error('it is not there');
    expect(undecodableBatch(message)).toMatchObject({ reason, detail: expect.stringContaining(words) });
    expect(message).toMatchObject({ key: null, value: damaged, timestamp: '1700000000000' });
  });
});

it('the first part of a batch that did not fit into the fetch is left for the next', async () => {
  const whole = await batch(3, 0);
  expect((await fetched(await batch(0, 0), whole.subarray(0, -10))).map(({ offset }) => offset)).toEqual([
    '0',
    '1',
    '2',
  ]);
});

it('of an aborted transaction it is not shown', async () => {
  const damaged = await batch(3, 0, { transactional: true, producerId: 7 });
  damaged[RECORDS_AT + 50] = 0;
  const messages = await fetched(await batch(0, 0), damaged, await batch(6, 0));
  const shown = (producerId: string) =>
    new Batch('t', '0', {
      partition: 0,
      highWatermark: '9',
      messages,
      abortedTransactions: [{ producerId, firstOffset: '3' }],
    }).messages.map(({ offset }) => offset);
  expect(shown('7')).toEqual(['0', '1', '2', '6', '7', '8']);
  expect(shown('8')).toEqual(['0', '1', '2', '5', '6', '7', '8']);
});
