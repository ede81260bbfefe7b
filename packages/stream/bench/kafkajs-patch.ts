/**
 * What the hunks of patches/kafkajs+2.2.4.patch save, each against the code it replaces:
 *
 *     node packages/stream/bench/kafkajs-patch.ts
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const kafkajs = require.resolve('kafkajs').replace(/index\.js$/, 'src/');
const table: (data: Buffer) => number = require(`${kafkajs}protocol/recordBatch/crc32C/crc32C.js`);
const native: (data: Buffer) => number = require(`${kafkajs}protocol/recordBatch/crc32C/index.js`);
const group: (input: object) => object = require(`${kafkajs}producer/groupMessagesPerPartition.js`);

const block = Buffer.alloc(50_000, 'spanwise');
report(
  'CRC32C of 50 KB',
  () => table(block),
  () => native(block),
);
report(
  'memory for 64 KB',
  () => Buffer.alloc(65_536),
  () => Buffer.allocUnsafe(65_536),
);
const messages = Array.from({ length: 2_000 }, (_, index) => ({ partition: index % 4 }));
const partitioner = ({ message }: { message: { partition: number } }) => message.partition;
report(
  'grouping 2,000 messages',
  () =>
    messages.reduce<Record<string, object[]>>((result, message) => {
      const partition = partitioner({ message });
      return Object.assign(result, { [partition]: [...(result[partition] ?? []), message] });
    }, {}),
  () => group({ topic: 't', partitionMetadata: [{}], messages, partitioner }),
);

function report(what: string, before: () => unknown, after: () => unknown): void {
  process.stdout.write(`${what}: ${time(before)} µs before, ${time(after)} µs patched\n`);
}

/** Median of 9 runs of at least 20 ms, µs a call. */
function time(work: () => unknown): string {
  const runs = Array.from({ length: 9 }, () => {
    const begin = performance.now();
    let calls = 0;
    for (; performance.now() - begin < 20; calls++) work();
    return ((performance.now() - begin) * 1000) / calls;
  });
  return (runs.sort((a, b) => a - b)[4] as number).toFixed(1);
}
