import { decodeBlock, newRecord, type Span } from '@spanwise/schemas';
import { describe, expect, it } from 'vitest';
import { type BlockProducer, NotAcknowledgedError, type SentBatch, SpanWriter } from './span-writer.ts';

const span = (name: string, traceId = '1'): Span =>
  newRecord('Span', {
    tenant: 'default',
    traceId: traceId.padStart(32, '0'),
    spanId: '00f067aa0ba902b7',
    name,
    kind: 'llm',
    startTime: 1,
    durationNs: 1,
    receivedTime: 1,
    status: 'ok',
  });

/** A producer whose answers the test gives. */
class HeldProducer implements BlockProducer {
  readonly sent: string[][] = [];
  readonly answers: PromiseWithResolvers<void>[] = [];

  send(messages: { partition: number; value: Buffer }[]): Promise<void> {
    this.sent.push(messages.flatMap(({ value }) => decodeBlock('Span', value).map(({ name }) => name)));
    const answer = Promise.withResolvers<void>();
    this.answers.push(answer);
    return answer.promise;
  }
}

const setUp = (options: { partitions?: number; ackTimeoutMs?: number } = {}) => {
  const producer = new HeldProducer();
  const batches: SentBatch[] = [];
  const onBatch = (batch: SentBatch) => batches.push(batch);
  const writer = new SpanWriter({ producer, partitions: 1, lingerMs: 1, ackTimeoutMs: 60_000, onBatch, ...options });
  const sent = (count: number) => expect.poll(() => producer.sent.length, { interval: 2 }).toBe(count);
  return { producer, writer, batches, sent };
};

describe('SpanWriter', () => {
  it('sends the spans of requests that come together at once, and tells each when they are acknowledged', async () => {
    const { producer, writer, batches, sent } = setUp();
    const first = writer.write([span('a'), span('b')]);
    const second = writer.write([span('c')]);
    await sent(1);
    expect(producer.sent).toEqual([['a', 'b', 'c']]);
    producer.answers[0]?.resolve();
    await Promise.all([first.acknowledged, second.acknowledged]);
    expect(batches).toMatchObject([{ spans: 3, failure: undefined }]);
  });

  it('has one batch under way and collects the next meanwhile', async () => {
    const { producer, writer, sent } = setUp();
    writer.write([span('a')]);
    await sent(1);
    writer.write([span('b')]);
    const last = writer.write([span('c')]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(producer.sent).toHaveLength(1);
    producer.answers[0]?.resolve();
    await sent(2);
    expect(producer.sent[1]).toEqual(['b', 'c']);
    producer.answers[1]?.resolve();
    await last.acknowledged;
  });

  it('fails the requests of a batch that failed, and only those', async () => {
    const { producer, writer, sent } = setUp();
    const first = writer.write([span('a')]);
    await sent(1);
    const second = writer.write([span('b')]);
    producer.answers[0]?.reject(new Error('broker away'));
    await expect(first.acknowledged).rejects.toThrow(NotAcknowledgedError);
    await sent(2);
    producer.answers[1]?.resolve();
    await second.acknowledged;
  });

  it('does not keep in memory what it answered as timed out before it was sent', async () => {
    const { producer, writer, sent } = setUp({ ackTimeoutMs: 30 });
    const hanging = writer.write([span('a')]);
    await sent(1);
    const waiting = writer.write([span('b')]);
    await expect(hanging.acknowledged).rejects.toThrow(/within 0.03 s/);
    await expect(waiting.acknowledged).rejects.toThrow(NotAcknowledgedError);
    const later = writer.write([span('c')]);
    producer.answers[0]?.resolve();
    await sent(2);
    expect(producer.sent[1]).toEqual(['c']);
    producer.answers[1]?.resolve();
    await later.acknowledged;
  });

  it('sends a batch of several blocks a partition in rounds, below what Kafka takes at once', async () => {
    const { producer, writer, sent } = setUp();
    const large = Array.from({ length: 6 }, (_, i) => ({ ...span(`s${i}`), attributes: 'x'.repeat(300_000) }));
    const { acknowledged } = writer.write(large);
    for (let round = 0; round < 3; round++) {
      await sent(round + 1);
      producer.answers[round]?.resolve();
    }
    await acknowledged;
    expect(producer.sent).toEqual([
      ['s0', 's1'],
      ['s2', 's3'],
      ['s4', 's5'],
    ]);
  });

  it('names the spans that it refuses, and answers at once when no other is left', async () => {
    const { producer, writer } = setUp();
    const { acknowledged, faults } = writer.write([
      { ...span('huge'), attributes: 'x'.repeat(500_000) },
      { ...span('odd'), kind: 'nonsense' as 'llm' },
    ]);
    await acknowledged;
    expect([...faults]).toEqual([
      ['too_large', 1],
      ['unencodable', 1],
    ]);
    expect(producer.sent).toEqual([]);
  });

  it('flushed, has sent everything', async () => {
    const { producer, writer, sent } = setUp();
    writer.write([span('a')]);
    const flushed = writer.flush();
    await sent(1);
    producer.answers[0]?.resolve();
    await flushed;
  });

  it('flushed, has the answer to what was under way already', async () => {
    const { producer, writer, batches, sent } = setUp();
    writer.write([span('a')]);
    await sent(1);
    const flushed = writer.flush();
    setTimeout(() => producer.answers[0]?.resolve(), 10);
    await flushed;
    expect(batches).toMatchObject([{ spans: 1, failure: undefined }]);
  });
});
