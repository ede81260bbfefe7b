import { encodeTracesProtobuf } from '@spanwise/otlp';
import { encodeTick } from '@spanwise/schemas';
import type { Kafka } from 'kafkajs';
import type { Departure } from './departures.ts';
import { resourceSpansOf } from './requests.ts';
import { spanBlocks } from './span-blocks.ts';
import type { SpanSink } from './span-sink.ts';
import { TopicWriter } from './topic-writer.ts';

/** Blocks into the topic `spans`, past `ingest`: as a client with a producer of its own writes them, with the fleet's time. */
export class BlockSink implements SpanSink {
  /** kafkajs sends again by itself, and does not tell. */
  readonly retries = 0;
  readonly #writer: TopicWriter;

  private constructor(writer: TopicWriter) {
    this.#writer = writer;
  }

  static async open(kafka: Kafka, topic: string): Promise<BlockSink> {
    return new BlockSink(await TopicWriter.open(kafka, topic));
  }

  async send(departures: readonly Departure[], nowMs: number): Promise<void> {
    const { partitions } = this.#writer;
    const tenants = Map.groupBy(departures, ({ run }) => run.tenant);
    const messages = [...tenants].flatMap(([tenant, sent]) => {
      const spans = sent.map(({ span }) => span);
      return spanBlocks(spans, { tenant, receivedMs: nowMs, partitions });
    });
    await this.#writer.send(messages.map(({ partition, value }) => ({ partition, value, timeMs: nowMs })));
  }

  /** A tick for every partition: where time is what the messages say, it stands still otherwise. */
  async timePasses(nowMs: number): Promise<void> {
    const value = encodeTick('Span');
    const { partitions } = this.#writer;
    await this.#writer.send(
      Array.from({ length: partitions }, (_, partition) => ({ partition, value, timeMs: nowMs })),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#writer[Symbol.asyncDispose]();
  }
}

/** One OTLP request a message, as the Kafka exporter of OpenTelemetry's Collector writes them: protobuf, without a key. */
export class CollectorSink implements SpanSink {
  readonly retries = 0;
  readonly #writer: TopicWriter;
  #next = 0;

  private constructor(writer: TopicWriter) {
    this.#writer = writer;
  }

  static async open(kafka: Kafka, topic: string): Promise<CollectorSink> {
    return new CollectorSink(await TopicWriter.open(kafka, topic));
  }

  async send(departures: readonly Departure[], nowMs: number): Promise<void> {
    const partition = this.#next % this.#writer.partitions;
    this.#next += 1;
    const value = Buffer.from(encodeTracesProtobuf(resourceSpansOf(departures.map(({ span }) => span))));
    await this.#writer.send([{ partition, value, timeMs: nowMs }]);
  }

  async timePasses(): Promise<void> {}

  [Symbol.asyncDispose](): Promise<void> {
    return this.#writer[Symbol.asyncDispose]();
  }
}
