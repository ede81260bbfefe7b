import { setTimeout as sleep } from 'node:timers/promises';
import type { Health, Logger } from '@spanwise/runtime';
import { Backoff, crashLevel, undecodableBatch } from '@spanwise/stream';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { type Acceptor, type Outcome, within } from './accept.ts';
import type { ByteBudget } from './byte-budget.ts';
import { type Failure, writeDeadLetters } from './dead-letters.ts';
import type { Encoding, IngestMetrics } from './metrics.ts';
import type { BlockProducer } from './span-writer.ts';

/** So much is in work at one time for one partition; offsets are committed behind it. */
const CHUNK_BYTES = 4 * 1024 * 1024;
const HEARTBEAT_MS = 2000;
/** Whoever comes after a process that was killed waits so long to join, and is not ready until it has. */
const SESSION_TIMEOUT_MS = 10_000;
const RETRY_MS = 500;
/** Before a consumer that crashed is replaced: at first, and at most; it doubles. One that ran for longer than that was well. */
const RESTART_MS = { first: 500, most: 5_000 };

export interface CollectorTopicOptions {
  kafka: Kafka;
  group: string;
  topic: string;
  tenant: string;
  /** Of one message; a larger one is a dead letter, not decoded: decoding blocks the process and takes many times the bytes. */
  maxBodyBytes: number;
  acceptor: Acceptor;
  budget: ByteBudget;
  deadLetters: BlockProducer;
  metrics: IngestMetrics;
  health: Health;
  logger: Logger;
}

/**
 * Reads what the OpenTelemetry Collector's Kafka exporter writes. At least once: an offset is committed after the spans are
 * acknowledged, and the received time is the message's own, so that a message read twice gives the same spans twice.
 * A consumer that crashes, for whatever reason, is replaced after a while; until then this is not ready.
 */
export class CollectorTopic implements AsyncDisposable {
  readonly #options: CollectorTopicOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: CollectorTopicOptions) {
    this.#options = options;
  }

  /** Resolves when it reads, or when the first attempt has failed. */
  async start(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#running = this.#run(resolve);
    await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** One consumer after the other, until stopped. */
  async #run(onFirst: () => void): Promise<void> {
    const { health, logger, topic, group } = this.#options;
    const { signal } = this.#stopping;
    const backoff = new Backoff(RESTART_MS);
    while (!signal.aborted) {
      const begin = performance.now();
      const error = await this.#consume(onFirst);
      onFirst();
      if (signal.aborted) return;
      health.set('collector_topic', false, `the consumer of ${topic} has crashed: ${error.message}`);
      const delayMs = backoff.nextAfter(performance.now() - begin);
      logger[crashLevel(error)](
        { topic, group, delayMs, runbook: 'A consumer crashes again and again', err: error },
        "the consumer of the Collector's topic has crashed; another starts after a while",
      );
      await sleep(delayMs, undefined, { signal }).catch(() => {});
    }
  }

  /** Resolves with the error that ended the consumer. */
  async #consume(onJoin: () => void): Promise<Error> {
    const { kafka, group, topic, health } = this.#options;
    const consumer = kafka.consumer({
      groupId: group,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 200,
      sessionTimeout: SESSION_TIMEOUT_MS,
      maxBytesPerPartition: CHUNK_BYTES,
      // told, and made anew, here
      retry: { restartOnFailure: async () => false },
    });
    const { promise: over, resolve } = Promise.withResolvers<Error>();
    consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error));
    const stop = () => resolve(new Error('stopped'));
    this.#stopping.signal.addEventListener('abort', stop);
    consumer.on(consumer.events.GROUP_JOIN, () => {
      health.set('collector_topic', true);
      onJoin();
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 4,
        eachBatch: (payload) => this.#batch(consumer, payload),
      });
      return await over;
    } catch (error) {
      return error as Error;
    } finally {
      this.#stopping.signal.removeEventListener('abort', stop);
      await consumer.disconnect().catch(() => {});
    }
  }

  async #batch(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    const { batch, heartbeat, resolveOffset } = payload;
    const beating = setInterval(() => heartbeat().catch(() => {}), HEARTBEAT_MS);
    try {
      for (const chunk of chunks(batch.messages)) {
        if (!(await this.#chunk(chunk, payload))) return;
        const last = chunk.at(-1)?.offset ?? batch.lastOffset();
        resolveOffset(last);
        const offset = String(BigInt(last) + 1n);
        await consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset }]);
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
      logger.warn(
        { ...at, offset: message.offset, reason, detail, runbook: 'Dead letters' },
        'a message went to the dead letters',
      );
    }
    return true;
  }

  /** Tries until the message has an outcome that trying again cannot change. */
  async #message(
    message: KafkaMessage,
    goOn: () => boolean,
  ): Promise<'ok' | 'stopped' | Pick<Failure, 'reason' | 'detail'>> {
    const { acceptor, budget, tenant, maxBodyBytes } = this.#options;
    const undecodable = undecodableBatch(message);
    if (undecodable) return undecodable;
    const body = message.value ?? Buffer.alloc(0);
    if (body.length > maxBodyBytes) {
      const detail = `the message has ${body.length} bytes, the limit is ${maxBodyBytes}: let the Collector send smaller batches`;
      return { reason: 'rejected', detail };
    }
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
