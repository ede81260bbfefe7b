import type { Span } from '@spanwise/schemas';
import { type PackedSpans, SpanPacker } from './span-packer.ts';

/** What the writer needs of Kafka. */
export interface BlockProducer {
  /** Resolves when Kafka acknowledged all of them; rejects when that is not known. */
  send(messages: { partition: number; value: Buffer }[]): Promise<void>;
}

export interface SentBatch {
  spans: number;
  bytes: number;
  seconds: number;
  /** Why Kafka has not acknowledged it; undefined when it has. */
  failure: unknown;
}

export interface SpanWriterOptions {
  producer: BlockProducer;
  /** Of the topic `spans` */
  partitions: number;
  lingerMs: number;
  /** From the first span of a batch to its acknowledgement */
  ackTimeoutMs: number;
  onBatch?: (batch: SentBatch) => void;
}

/** Kafka has not acknowledged the spans, and may or may not have them: the client has to send them again. */
export class NotAcknowledgedError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'NotAcknowledgedError';
  }
}

/** Why the writer refused one span. Sending it again gives the same. */
export type WriteFault = 'too_large' | 'unencodable';

interface Pending {
  acknowledged: PromiseWithResolvers<void>;
  timer: NodeJS.Timeout;
}

/**
 * Collects the spans of concurrent requests for `lingerMs` and sends them to Kafka as one block a partition. One batch is
 * under way at a time, so the slower Kafka answers, the larger batches become. Batches keep the order of their spans.
 */
export class SpanWriter {
  readonly #options: SpanWriterOptions;
  readonly #packer: SpanPacker;
  #pending: Pending | undefined;
  #underWay: Pending | undefined;
  #sending = false;
  #linger: NodeJS.Timeout | undefined;

  constructor(options: SpanWriterOptions) {
    this.#options = options;
    this.#packer = new SpanPacker(options.partitions);
  }

  /**
   * Takes the spans of one request at once. `acknowledged` rejects with NotAcknowledgedError; spans in `faults` are not
   * part of it.
   */
  write(spans: readonly Span[]): { acknowledged: Promise<void>; faults: Map<WriteFault, number> } {
    const faults = new Map<WriteFault, number>();
    const count = (fault: WriteFault) => faults.set(fault, (faults.get(fault) ?? 0) + 1);
    for (const span of spans) {
      try {
        if (!this.#packer.add(span)) count('too_large');
      } catch {
        count('unencodable');
      }
    }
    if (this.#packer.spanCount === 0) return { acknowledged: Promise.resolve(), faults };
    this.#pending ??= this.#open();
    if (!this.#sending) this.#linger ??= setTimeout(() => this.#sendAll(), this.#options.lingerMs);
    return { acknowledged: this.#pending.acknowledged.promise, faults };
  }

  /** Sends what is pending without waiting for more. Resolves when everybody has an answer. */
  async flush(): Promise<void> {
    const unanswered = [this.#underWay, this.#pending].map((batch) => batch?.acknowledged.promise);
    if (!this.#sending) void this.#sendAll();
    await Promise.allSettled(unanswered);
  }

  #open(): Pending {
    const acknowledged = Promise.withResolvers<void>();
    // a client may be gone before the answer is there
    acknowledged.promise.catch(() => {});
    const pending: Pending = {
      acknowledged,
      timer: setTimeout(() => this.#expire(pending), this.#options.ackTimeoutMs),
    };
    return pending;
  }

  #expire(pending: Pending): void {
    if (this.#pending === pending) {
      // not handed to Kafka yet: what was answered with an error is not kept in memory
      this.#pending = undefined;
      this.#packer.take();
    }
    pending.acknowledged.reject(
      new NotAcknowledgedError(`Kafka has not acknowledged the spans within ${this.#options.ackTimeoutMs / 1000} s`),
    );
  }

  async #sendAll(): Promise<void> {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    this.#sending = true;
    while (this.#pending) {
      const { acknowledged, timer } = this.#pending;
      this.#underWay = this.#pending;
      this.#pending = undefined;
      const spans = this.#packer.spanCount;
      try {
        await this.#send(this.#packer.take(), spans);
        acknowledged.resolve();
      } catch (error) {
        acknowledged.reject(new NotAcknowledgedError('Kafka cannot be reached', error));
      } finally {
        clearTimeout(timer);
      }
    }
    this.#underWay = undefined;
    this.#sending = false;
  }

  /** In rounds of one block a partition: Kafka refuses more than 1 MiB at once for a partition. */
  async #send(packed: PackedSpans, spans: number): Promise<void> {
    const started = performance.now();
    let bytes = 0;
    let failure: unknown;
    try {
      for (let round = 0; ; round++) {
        const messages: { partition: number; value: Buffer }[] = [];
        for (const [partition, blocks] of packed) {
          const value = blocks[round];
          if (value) messages.push({ partition, value });
        }
        if (messages.length === 0) break;
        bytes += messages.reduce((sum, { value }) => sum + value.length, 0);
        await this.#options.producer.send(messages);
      }
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      this.#options.onBatch?.({ spans, bytes, seconds: (performance.now() - started) / 1000, failure });
    }
  }
}
