import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@spanwise/runtime';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { type Acceptor, type Outcome, within } from './accept.ts';
import type { ByteBudget } from './byte-budget.ts';
import { type Failure, writeDeadLetters } from './dead-letters.ts';
import type { Encoding, IngestMetrics } from './metrics.ts';
import type { BlockProducer } from './span-writer.ts';

/** So much is in work at one time for one partition; offsets are committed behind it. */
const CHUNK_BYTES = 4 * 1024 * 1024;
const HEARTBEAT_MS = 2000;
const RETRY_MS = 500;

export interface CollectorTopicOptions {
  kafka: Kafka;
  group: string;
  topic: string;
  tenant: string;
  acceptor: Acceptor;
  budget: ByteBudget;
  deadLetters: BlockProducer;
  metrics: IngestMetrics;
  logger: Logger;
}

/**
 * Reads what the OpenTelemetry Collector's Kafka exporter writes. At least once: an offset is committed after the spans are
 * acknowledged, and the received time is the message's own, so that a message read twice gives the same spans twice.
 */
export class CollectorTopic implements AsyncDisposable {
  readonly #options: CollectorTopicOptions;
  readonly #consumer: Consumer;

  constructor(options: CollectorTopicOptions) {
    this.#options = options;
    this.#consumer = options.kafka.consumer({
      groupId: options.group,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 200,
      maxBytesPerPartition: CHUNK_BYTES,
      retry: { restartOnFailure: async () => true },
    });
  }

  async start(): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topic: this.#options.topic, fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: (payload) => this.#batch(payload),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#consumer.disconnect();
  }

  async #batch(payload: EachBatchPayload): Promise<void> {
    const { batch, heartbeat, resolveOffset } = payload;
    const beating = setInterval(() => heartbeat().catch(() => {}), HEARTBEAT_MS);
    try {
      for (const chunk of chunks(batch.messages)) {
        if (!(await this.#chunk(chunk, payload))) return;
        const last = chunk.at(-1)?.offset ?? batch.lastOffset();
        resolveOffset(last);
        const offset = String(BigInt(last) + 1n);
        await this.#consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset }]);
      }
    } finally {
      clearInterval(beating);
    }
  }

  /** False when the consumer stops or lost the partition before everything was acknowledged. */
  async #chunk(chunk: KafkaMessage[], payload: EachBatchPayload): Promise<boolean> {
    const { batch, isRunning, isStale } = payload;
    const goOn = () => isRunning() && !isStale();
    const at = { topic: batch.topic, partition: batch.partition };
    const verdicts = await Promise.all(chunk.map((message) => this.#message(message, goOn)));
    if (verdicts.includes('stopped')) return false;
    const failures = verdicts.flatMap((verdict, i): Failure[] => {
      const message = chunk[i];
      return typeof verdict === 'object' && message ? [{ ...at, message, ...verdict }] : [];
    });
    const { metrics, logger, deadLetters } = this.#options;
    metrics.requests.inc({ transport: 'kafka', code: 'ok' }, verdicts.length - failures.length);
    if (failures.length === 0) return true;
    await writeDeadLetters(deadLetters, failures);
    for (const { message, reason, detail } of failures) {
      metrics.deadLetters.inc({ reason });
      metrics.requests.inc({ transport: 'kafka', code: reason });
      logger.warn({ ...at, offset: message.offset, reason, detail }, 'a message went to the dead letters');
    }
    return true;
  }

  /** Tries until the message has an outcome that trying again cannot change. */
  async #message(
    message: KafkaMessage,
    goOn: () => boolean,
  ): Promise<'ok' | 'stopped' | Pick<Failure, 'reason' | 'detail'>> {
    const { acceptor, budget, tenant } = this.#options;
    const body = message.value ?? Buffer.alloc(0);
    const payload = {
      body,
      encoding: encodingByFirstByte(body),
      transport: 'kafka',
      tenant,
      receivedTimeUs: Number(message.timestamp) * 1000,
    } as const;
    while (goOn()) {
      let outcome: Outcome;
      try {
        outcome = await within(budget.open(), body.length, () => acceptor.accept(payload));
      } catch (error) {
        return { reason: 'processor_error', detail: String(error) };
      }
      if (outcome.kind === 'invalid') return { reason: 'undecodable', detail: outcome.message };
      if (outcome.kind === 'accepted') {
        // nobody is there to be told of a partial success
        return outcome.rejectedSpans === 0 ? 'ok' : { reason: 'rejected', detail: outcome.errorMessage };
      }
      await sleep(RETRY_MS);
    }
    return 'stopped';
  }
}

/** JSON starts with `{`, `[` or white space, an ExportTraceServiceRequest with its one field's tag, 0x0a; 0x0a 0x7b… is protobuf. */
export function encodingByFirstByte(body: Uint8Array): Encoding {
  const first = body[0];
  return first === 0x7b || first === 0x5b || first === 0x20 || first === 0x09 || first === 0x0d || first === 0xef
    ? 'json'
    : 'protobuf';
}

/** Messages in order, grouped to about CHUNK_BYTES. */
function* chunks(messages: readonly KafkaMessage[]): Generator<KafkaMessage[]> {
  let chunk: KafkaMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    chunk.push(message);
    bytes += message.value?.length ?? 0;
    if (bytes >= CHUNK_BYTES) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
  }
  if (chunk.length > 0) yield chunk;
}
