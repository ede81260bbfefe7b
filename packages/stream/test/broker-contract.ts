import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Batch, Broker, BrokerMessage, GroupListener, GroupMember } from '../src/broker/broker.ts';
import { until } from './until.ts';

export interface BrokerHarness extends AsyncDisposable {
  createTopic(name: string, partitions: number): Promise<void>;
  connect(): Promise<Broker>;
}

let unique = 0;

/** What every implementation of the broker interface has to do. */
export function brokerContract(name: string, makeHarness: () => Promise<BrokerHarness>): void {
  describe(`${name} as a broker`, () => {
    let harness: BrokerHarness;
    let broker: Broker;
    let topic: string;
    let group: string;
    const signal = new AbortController().signal;

    beforeAll(async () => {
      harness = await makeHarness();
      broker = await harness.connect();
    });
    afterAll(async () => {
      await broker[Symbol.asyncDispose]();
      await harness[Symbol.asyncDispose]();
    });
    beforeEach(async () => {
      topic = `contract-${Date.now()}-${unique++}`;
      group = `group-${topic}`;
      await harness.createTopic(topic, 4);
    });

    const append = (partition: number, ...texts: string[]) =>
      texts.reduce(
        (before, text) => before.then(() => broker.append({ topic, partition, value: Buffer.from(text) })),
        Promise.resolve(),
      );

    async function readAll(partition: number, from: number, to: number): Promise<string[]> {
      const texts: string[] = [];
      await broker.read(topic, partition, from, to, ({ value }) => texts.push(`${value}`), signal);
      return texts;
    }

    async function join(): Promise<Reader> {
      const reader = new Reader();
      reader.member = await broker.join(group, topic, reader);
      await until('the first assignment', () => reader.assignments > 0);
      return reader;
    }

    function transact(
      producer: Awaited<ReturnType<Broker['transactionalProducer']>>,
      sends: [partition: number, text: string][][],
      offset: number,
      bases: (number | undefined)[] = [],
    ) {
      return producer.transact({
        sends: sends.map((send) => send.map(([partition, text]) => ({ topic, partition, value: Buffer.from(text) }))),
        group,
        topic,
        partition: 1,
        offset: (base) => {
          bases.push(base(0, topic, 0), base(1, topic, 0), base(1, topic, 3));
          return { offset, metadata: `up to ${offset}` };
        },
      });
    }

    it('knows the number of partitions, and that a topic is not there', async () => {
      expect(await broker.partitionsOf(topic)).toBe(4);
      await expect(broker.partitionsOf('no-such-topic')).rejects.toThrow();
    });

    it('reads a partition from offset to offset, both included', async () => {
      await append(2, 'a', 'b', 'c', 'd');
      expect(await readAll(2, 1, 2)).toEqual(['b', 'c']);
    });

    it('reads what is left where the begin was deleted', async () => {
      await append(0, 'a', 'b', 'c', 'd');
      await broker.deleteRecords(topic, 0, 2);
      expect(await broker.watermarks(topic, 0)).toEqual({ low: 2, high: 4 });
      expect(await readAll(0, 0, 3)).toEqual(['c', 'd']);
    });

    it('gives up reading when told to', async () => {
      const abort = new AbortController();
      const reading = broker.read(topic, 0, 0, 10, () => {}, abort.signal);
      setTimeout(() => abort.abort(new Error('enough')), 50);
      await expect(reading).rejects.toThrow('enough');
    });

    it('has no committed offset before one was committed', async () => {
      expect(await broker.committed(group, topic, 1)).toBeUndefined();
    });

    it('delivers nothing of a partition before the seek, then everything from there in order', async () => {
      await append(1, 'a', 'b', 'c');
      const reader = await join();
      await sleep(100);
      expect(reader.texts(1)).toEqual([]);
      const before = Date.now() - 60_000;
      reader.member?.seek(1, 1);
      await until('two messages', () => reader.texts(1).length === 2);
      await append(1, 'd');
      await until('a third', () => reader.texts(1).length === 3);
      expect(reader.texts(1)).toEqual(['b', 'c', 'd']);
      expect(reader.of(1).map(({ offset }) => offset)).toEqual([1, 2, 3]);
      expect(reader.of(1).every(({ time }) => time > before)).toBe(true);
      reader.member?.seek(1, 0);
      await until('them again', () => reader.texts(1).length === 7);
      expect(reader.texts(1).slice(3)).toEqual(['a', 'b', 'c', 'd']);
      await reader.member?.close();
    });

    it('holds a paused partition back, and no other', async () => {
      const reader = await join();
      reader.member?.seek(0, 0);
      reader.member?.seek(1, 0);
      await sleep(150);
      reader.member?.pause(0);
      await append(0, 'a');
      await append(1, 'b');
      await until('the other', () => reader.texts(1).length === 1);
      await sleep(200);
      expect(reader.texts(0)).toEqual([]);
      reader.member?.resume(0);
      await until('the paused one', () => reader.texts(0).length === 1);
      await reader.member?.close();
    });

    it('passes over an aborted transaction at the end of a partition, and says how far it came', async () => {
      await append(0, 'a');
      const reader = await join();
      reader.member?.seek(0, 0);
      await until('the first', () => reader.texts(0).length === 1);
      const producer = await broker.transactionalProducer(`tx-${topic}`);
      await producer.fence({ topic, partition: 3, value: Buffer.from('sentinel') });
      const offset = () => {
        throw new Error('aborted');
      };
      const value = Buffer.from('aborted');
      const sends = [[{ topic, partition: 0, value }]];
      await expect(producer.transact({ sends, group, topic, partition: 1, offset })).rejects.toThrow('aborted');
      await producer.close();
      await (await broker.transactionalProducer(`tx-${topic}`)).fence({ topic, partition: 3, value });
      await until('passed over', () => reader.ends[0]?.endOffset === 3);
      expect(reader.ends[0]).toEqual({ endOffset: 3, highWatermark: 3 });
      expect(reader.texts(0)).toEqual(['a']);
      await reader.member?.close();
    });

    it('goes on at the first message there is where the one wanted was deleted, and says what is lost', async () => {
      await append(0, 'a', 'b', 'c', 'd');
      await broker.deleteRecords(topic, 0, 2);
      const reader = await join();
      reader.member?.seek(0, 1);
      await until('the rest', () => reader.texts(0).length === 2);
      expect(reader.texts(0)).toEqual(['c', 'd']);
      expect(reader.told).toEqual([{ partition: 0, from: 1, to: 2 }]);
      await reader.member?.close();
    });

    it('says that a partition ends before what is wanted of it, and delivers nothing of it', async () => {
      const reader = await join();
      reader.member?.seek(0, 7);
      await append(0, 'a', 'b');
      await until('told', () => reader.told.length > 0);
      reader.member?.pause(0);
      expect(reader.told[0]).toMatchObject({ partition: 0, position: 7 });
      expect(reader.texts(0)).toEqual([]);
      await reader.member?.close();
    });

    it('lets a member that is over be paused, resumed and sought', async () => {
      const reader = await join();
      await reader.member?.close();
      reader.member?.seek(0, 0);
      reader.member?.pause(0);
      reader.member?.resume(0);
    });

    it('shares partitions between members, keeps what need not move, and loses no position in a rebalance', async () => {
      const first = await join();
      expect(first.assigned).toEqual([0, 1, 2, 3]);
      for (const partition of first.assigned) first.member?.seek(partition, 0);
      for (const partition of first.assigned) await append(partition, 'a');
      await until('all', () => first.messages.length === 4);
      const second = await join();
      await until('two each', () => first.assigned.length === 2 && second.assigned.length === 2);
      expect([...first.assigned, ...second.assigned].sort()).toEqual([0, 1, 2, 3]);
      const [kept = -1] = first.assigned;
      const [moved = -1] = second.assigned;
      second.member?.seek(moved, 1);
      await append(kept, 'b');
      await append(moved, 'b');
      await until('both', () => first.texts(kept).length === 2 && second.texts(moved).length === 1);
      expect(first.texts(kept)).toEqual(['a', 'b']);
      expect(second.texts(moved)).toEqual(['b']);
      await second.member?.close();
      await until('all back', () => first.assigned.length === 4);
      expect([...((await first.member?.confirm(signal)) ?? [])].sort()).toEqual([0, 1, 2, 3]);
      await first.member?.close();
    });

    it('shows a transaction whole, when it has committed, with the offset and its metadata', async () => {
      const producer = await broker.transactionalProducer(`tx-${topic}`);
      const fence = await producer.fence({ topic, partition: 0, value: Buffer.from('sentinel') });
      const bases: (number | undefined)[] = [];
      await transact(
        producer,
        [
          [
            [0, 'a'],
            [0, 'b'],
          ],
          [
            [0, 'c'],
            [3, 'd'],
          ],
        ],
        17,
        bases,
      );
      expect(await broker.committed(group, topic, 1)).toEqual({ offset: 17, metadata: 'up to 17' });
      expect(fence).toBe(0);
      expect(bases).toEqual([2, 4, 0]); // offset 1 is the end of the first transaction
      expect(await readAll(0, 0, 4)).toEqual(['sentinel', 'a', 'b', 'c']);
      expect(await readAll(3, 0, 0)).toEqual(['d']);
      await transact(producer, [], 18);
      expect((await broker.committed(group, topic, 1))?.offset).toBe(18);
      await producer.close();
    });

    it('fences an earlier producer of the same id, whose messages then never show', async () => {
      const old = await broker.transactionalProducer(`tx-${topic}`);
      await old.fence({ topic, partition: 0, value: Buffer.from('old sentinel') });
      await transact(old, [[[0, 'of the old one']]], 5);
      const young = await broker.transactionalProducer(`tx-${topic}`);
      const fence = await young.fence({ topic, partition: 0, value: Buffer.from('new sentinel') });
      await expect(transact(old, [[[0, 'of a zombie']]], 6)).rejects.toThrow();
      await transact(young, [[[0, 'of the new one']]], 7);
      expect(await broker.committed(group, topic, 1)).toEqual({ offset: 7, metadata: 'up to 7' });
      const { high } = await broker.watermarks(topic, 0);
      const last = high - 2; // the last is the end of a transaction
      expect(await readAll(0, 0, last)).toEqual(['old sentinel', 'of the old one', 'new sentinel', 'of the new one']);
      expect(fence).toBeGreaterThan(2);
      await old.close();
      await young.close();
    });

    it('never shows a transaction that failed', async () => {
      const producer = await broker.transactionalProducer(`tx-${topic}`);
      await producer.fence({ topic, partition: 0, value: Buffer.from('sentinel') });
      const failing = producer.transact({
        sends: [[{ topic, partition: 0, value: Buffer.from('lost') }]],
        group,
        topic,
        partition: 1,
        offset: () => {
          throw new Error('no offset');
        },
      });
      await expect(failing).rejects.toThrow('no offset');
      await producer.close();
      const next = await broker.transactionalProducer(`tx-${topic}`);
      const sentinel = await next.fence({ topic, partition: 0, value: Buffer.from('next') });
      expect(await readAll(0, 0, sentinel)).toEqual(['sentinel', 'next']);
      expect(await broker.committed(group, topic, 1)).toBeUndefined();
      await next.close();
    });
  });
}

class Reader implements GroupListener {
  member: GroupMember | undefined;
  assigned: readonly number[] = [];
  assignments = 0;
  readonly messages: (BrokerMessage & { partition: number })[] = [];
  /** Of the last batch, by partition. */
  readonly ends: { endOffset: number; highWatermark: number }[] = [];
  /** Of lost and truncated input. */
  readonly told: object[] = [];

  onAssigned(partitions: readonly number[]): void {
    this.assigned = partitions;
    this.assignments++;
  }

  onBatch({ partition, messages, endOffset, highWatermark }: Batch): void {
    this.ends[partition] = { endOffset, highWatermark };
    this.messages.push(...messages.map((message) => ({ ...message, partition })));
  }

  onLostInput(lost: object): void {
    this.told.push(lost);
  }

  onTruncatedInput(truncated: object): void {
    this.told.push(truncated);
  }

  onCrash(error: Error): void {
    throw error;
  }

  of(partition: number): BrokerMessage[] {
    return this.messages.filter((message) => message.partition === partition);
  }

  texts(partition: number): string[] {
    return this.of(partition).map(({ value }) => `${value}`);
  }
}
