import { createLogger } from '@spanwise/runtime';
import kafkajs, { type Batch } from 'kafkajs';
import { expect, it } from 'vitest';
import { sinks } from '../sinks.ts';
import { AssignedPartition } from './assigned-partition.ts';
import type { PartitionWriter } from './partition-writer.ts';

const logLevel = kafkajs.logLevel.NOTHING;
/** As kafkajs leaves it between a crash and the event that tells of it: it does not run. */
const stopped = () => new kafkajs.Kafka({ brokers: ['127.0.0.1:1'], logLevel }).consumer({ groupId: 'g' });

/** Stored up to offset 100. */
function assigned() {
  const told = { halts: [] as string[], lost: [] as number[] };
  const writer = {
    ...{ topic: 't', partition: 3, sink: sinks[0], begin: () => {} },
    halt: (why: string) => void told.halts.push(why),
  } as unknown as PartitionWriter;
  const partition = new AssignedPartition(writer, stopped(), createLogger('store', 'silent'), (n) => told.lost.push(n));
  partition.begin({ offset: 100, intent: undefined });
  return { partition, told };
}

const fetched = (fetchedOffset: number, highWatermark: number) =>
  ({ fetchedOffset: `${fetchedOffset}`, highWatermark: `${highWatermark}` }) as unknown as Batch;

it('what follows on, or was fetched twice, is taken', () => {
  const { partition, told } = assigned();
  expect([fetched(100, 200), fetched(40, 200), fetched(100, 100)].map((batch) => partition.follows(batch))).toEqual([
    true,
    true,
    true,
  ]);
  expect(told).toEqual({ halts: [], lost: [] });
});

it('a gap is fetched once more, then told as lost', () => {
  const { partition, told } = assigned();
  expect(partition.follows(fetched(130, 200))).toBe(false);
  expect(told.lost).toEqual([]);
  expect(partition.follows(fetched(130, 200))).toBe(true);
  expect(told).toEqual({ halts: [], lost: [30] });
});

it('a partition that ends before what was stored is halted, unless that was an old batch', () => {
  const { partition, told } = assigned();
  expect(partition.follows(fetched(0, 20))).toBe(false);
  expect(partition.follows(fetched(100, 120))).toBe(true);
  expect(told.halts).toEqual([]);
  expect(partition.follows(fetched(0, 20))).toBe(false);
  expect(partition.follows(fetched(0, 21))).toBe(false);
  expect(told).toEqual({ halts: [expect.stringContaining('ends at 21, and was read up to 100')], lost: [] });
});

it('is paused and resumed in vain where the consumer has stopped', () => {
  const { partition } = assigned();
  partition.pause();
  expect(partition.paused).toBe(true);
  partition.resume();
});
