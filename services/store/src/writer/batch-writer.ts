import type { Logger } from '@spanwise/runtime';
import { persist } from '@spanwise/stream';
import type { StoreMetrics } from '../metrics.ts';
import type { Sink } from '../sinks.ts';
import type { Batch, DeadMessage } from './batch.ts';
import type { DeduplicationWindow } from './deduplication-window.ts';
import type { Insert, InsertOutcome } from './inserter.ts';
import { deduplicationToken, encodeIntent } from './intent.ts';

/** What storing a batch needs of the world. All of it rejects with the signal's reason when that is aborted. */
export interface BatchWorld {
  insert(insert: Insert, signal: AbortSignal): Promise<InsertOutcome>;
  writeDeadLetters(topic: string, partition: number, dead: readonly DeadMessage[], signal: AbortSignal): Promise<void>;
  window: DeduplicationWindow;
  metrics: StoreMetrics;
  logger: Logger;
}

/** Commits an offset of the partition with metadata, once, in the generation of the group that it was made in. */
export type Commit = (offset: number, metadata: string) => Promise<void>;

/**
 * Stores batches of one partition, each in this order: its dead letters, its intent, its insert, its offset. A crash
 * between any two leaves what the next owner needs to finish it once.
 */
export class BatchWriter {
  readonly #topic: string;
  readonly #partition: number;
  readonly #sink: Sink;
  readonly #world: BatchWorld;
  readonly #signal: AbortSignal;
  /** Of the current generation of the group */
  commit: Commit | undefined;
  /** Offset up to which everything is stored and committed; undefined when that is not known yet */
  storedTo: number | undefined;

  constructor(topic: string, partition: number, sink: Sink, world: BatchWorld, signal: AbortSignal) {
    this.#topic = topic;
    this.#partition = partition;
    this.#sink = sink;
    this.#world = world;
    this.#signal = signal;
  }

  /** One at a time. Rejects with the signal's reason when it is aborted. */
  async store(batch: Batch): Promise<void> {
    const { metrics, window, logger } = this.#world;
    if (batch.dead.length > 0 && !batch.deadLettersSent) {
      await this.#world.writeDeadLetters(this.#topic, this.#partition, batch.dead, this.#signal);
    }
    if (batch.writer) {
      const intent = batch.intent();
      const token = deduplicationToken(this.#topic, this.#partition, batch.start, intent);
      const { table } = this.#sink;
      window.announced(token, table);
      try {
        if (!batch.announced) await this.#commitOffset(batch.start, encodeIntent(intent));
        const insert = { table, writer: batch.writer, blocks: batch.blocks, records: batch.records, token };
        let outcome = await this.#world.insert(insert, this.#signal);
        // memory comes back: a block that is too large today is not bad
        while (outcome.result === 'too_large' && batch.onlyMessage()) {
          logger.warn({ token, ...outcome }, 'ClickHouse has no memory for one block; it is tried again');
          outcome = await this.#world.insert(insert, this.#signal);
        }
        if (outcome.result !== 'stored') {
          logger.warn({ token, blocks: batch.blocks.length, ...outcome }, 'an insert is refused');
          return await this.#isolate(batch, outcome.detail);
        }
        await this.#commitOffset(batch.end, '');
      } finally {
        window.settled(token);
      }
      metrics.rows.inc({ table }, batch.records);
    } else {
      await this.#commitOffset(batch.end, '');
    }
    this.storedTo = batch.end;
  }

  /** Halves what is refused as a whole, until the block is alone that is; each half is an announced insert of its own. */
  async #isolate(batch: Batch, detail: string): Promise<void> {
    const message = batch.onlyMessage();
    if (!message) {
      for (const half of batch.halves()) await this.store(half);
      return;
    }
    const letter: DeadMessage = { message, reason: 'rejected', detail };
    await this.#world.writeDeadLetters(this.#topic, this.#partition, [letter], this.#signal);
    await this.#commitOffset(batch.end, '');
    this.storedTo = batch.end;
  }

  async #commitOffset(offset: number, metadata: string): Promise<void> {
    const [topic, partition] = [this.#topic, this.#partition];
    await persist(
      async () => await this.commit?.(offset, metadata),
      this.#signal,
      (error, failures) => {
        this.#world.metrics.retries.inc({ operation: 'commit' });
        this.#world.logger.warn({ topic, partition, offset, failures, err: error }, 'an offset could not be committed');
      },
    );
  }
}
