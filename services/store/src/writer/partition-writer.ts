import type { Logger } from '@spanwise/runtime';
import type { StoreMetrics } from '../metrics.ts';
import type { Sink } from '../sinks.ts';
import { persist } from './back-off.ts';
import { Batch, type DeadMessage, judge, type Message, type Verdict } from './batch.ts';
import type { DeduplicationWindow } from './deduplication-window.ts';
import type { Insert, InsertOutcome } from './inserter.ts';
import { deduplicationToken, differenceFrom, encodeIntent, type Intent, MAX_DEAD_LETTERS } from './intent.ts';

export interface BatchLimits {
  rows: number;
  bytes: number;
  ageMs: number;
}

/** What a partition writer needs of the world. All of it rejects with the signal's reason when that is aborted. */
export interface WriterWorld {
  insert(insert: Insert, signal: AbortSignal): Promise<InsertOutcome>;
  writeDeadLetters(topic: string, partition: number, dead: readonly DeadMessage[], signal: AbortSignal): Promise<void>;
  /** Something was stored or given up: memory is free. */
  onRoom(): void;
  /** The partition reads other than what was announced and does no more. */
  onHalt(why: string): void;
  window: DeduplicationWindow;
  metrics: StoreMetrics;
  logger: Logger;
}

/** Commits an offset of the partition with metadata, once, in the generation of the group that it was made in. */
export type Commit = (offset: number, metadata: string) => Promise<void>;

/**
 * Stores one partition for as long as it is assigned: collects batches, and one after the other announces, inserts and
 * commits each. Two inserts of a partition never overlap.
 */
export class PartitionWriter {
  readonly topic: string;
  readonly partition: number;
  readonly sink: Sink;
  readonly #limits: BatchLimits;
  readonly #world: WriterWorld;
  readonly #closing = new AbortController();
  #commit: Commit | undefined;
  /** Offset of the next message to take; undefined before the first of a partition without committed offset */
  #position: number | undefined;
  /** An announced insert of a former owner, to be read again and finished first */
  #recovering: Intent | undefined;
  #open: Batch | undefined;
  #openTimer: NodeJS.Timeout | undefined;
  #due = false;
  #queue: Batch[] = [];
  #inFlight: Batch | undefined;
  #worker: Promise<void> = Promise.resolve();
  #storedTo: number | undefined;
  halted = false;

  constructor(topic: string, partition: number, sink: Sink, limits: BatchLimits, world: WriterWorld) {
    this.topic = topic;
    this.partition = partition;
    this.sink = sink;
    this.#limits = limits;
    this.#world = world;
  }

  /** Says where the partition stands: its committed offset, if any, and the intent that it carries. */
  begin(offset: number | undefined, intent: Intent | undefined): void {
    this.#position = offset;
    this.#storedTo = offset;
    this.#recovering = intent;
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Bytes held, including what is being inserted. */
  get bufferedBytes(): number {
    let bytes = (this.#open?.bytes ?? 0) + (this.#inFlight?.bytes ?? 0);
    for (const batch of this.#queue) bytes += batch.bytes;
    return bytes;
  }

  /** An announced range is being read again. */
  get recovering(): boolean {
    return this.#recovering !== undefined && !this.halted;
  }

  /** A whole batch waits while another is being inserted: fetch no more. A range to be read again is always fetched. */
  get full(): boolean {
    if (this.recovering) return false;
    return this.halted || this.#queue.length > 0 || (this.#open !== undefined && this.#isFull(this.#open));
  }

  get idle(): boolean {
    return !this.#open && !this.#inFlight && this.#queue.length === 0;
  }

  /** Offset up to which everything is stored and committed; undefined when that is not known yet. */
  get storedTo(): number | undefined {
    return this.#storedTo;
  }

  /** Append time in ms of the oldest message held; undefined when idle. */
  get oldest(): number | undefined {
    return (this.#inFlight ?? this.#queue[0] ?? this.#open)?.oldest;
  }

  /** Takes messages in the order of their offsets. `commit` is of the current generation. */
  take(messages: Iterable<Message>, commit: Commit): void {
    this.#commit = commit;
    for (const message of messages) {
      if (this.closed || this.halted) return;
      this.#position ??= message.offset;
      // fetched twice after a pause
      if (message.offset < this.#position) continue;
      if (this.#recovering) this.#takeAgain(message, this.#recovering);
      else this.#add(message, judge(message, this.sink.record));
    }
  }

  /** Stores what is held, then resolves; for an orderly stop. */
  async flush(): Promise<void> {
    this.#closeBatch();
    await this.#worker;
  }

  /** Drops what is not announced and lets a running insert come to its end; its commit is left to the next owner. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the partition is no longer assigned'));
    clearTimeout(this.#openTimer);
    this.#open = undefined;
    this.#queue = [];
    await this.#worker;
  }

  #add(message: Message, verdict: Verdict): void {
    if (this.#open && !this.#open.accepts(verdict)) this.#closeBatch();
    const batch = this.#openBatch();
    batch.add(message, verdict);
    this.#position = batch.end;
    if (this.#isFull(batch)) this.#closeBatch();
  }

  /** Collects the announced range, whatever the limits are now. */
  #takeAgain(message: Message, intent: Intent): void {
    const known: Verdict = { kind: 'dead', reason: 'undecodable', detail: 'announced as a dead letter' };
    const verdict = intent.deadLetters.includes(message.offset) ? known : judge(message, this.sink.record);
    const batch = this.#openBatch();
    if (message.offset >= intent.end || !batch.accepts(verdict)) {
      this.halt(`offset ${message.offset} is not of the announced batch`);
      return;
    }
    batch.add(message, verdict);
    this.#position = batch.end;
    if (batch.end < intent.end) return;
    const difference = differenceFrom(intent, batch.intent());
    if (difference) {
      this.halt(difference);
      return;
    }
    batch.announced = true;
    batch.deadLettersSent = true;
    this.#recovering = undefined;
    this.#world.metrics.recoveries.inc({ topic: this.sink.topic });
    this.#closeBatch();
  }

  #openBatch(): Batch {
    if (!this.#open) {
      this.#open = new Batch(this.#position ?? 0);
      this.#due = false;
      this.#openTimer = setTimeout(() => {
        this.#due = true;
        // while an insert runs the batch grows on; it is closed when its turn comes
        if (!this.#inFlight && !this.#recovering) this.#closeBatch();
      }, this.#limits.ageMs);
    }
    return this.#open;
  }

  #isFull(batch: Batch): boolean {
    return (
      batch.records >= this.#limits.rows || batch.bytes >= this.#limits.bytes || batch.dead.length >= MAX_DEAD_LETTERS
    );
  }

  #closeBatch(): void {
    const batch = this.#open;
    if (!batch || batch.empty || this.#recovering) return;
    clearTimeout(this.#openTimer);
    this.#open = undefined;
    this.#queue.push(batch);
    if (!this.#inFlight) this.#worker = this.#work();
  }

  async #work(): Promise<void> {
    try {
      for (;;) {
        if (this.#queue.length === 0 && this.#due) this.#closeDue();
        const batch = this.#queue.shift();
        if (!batch) return;
        this.#inFlight = batch;
        await this.#store(batch);
        this.#world.onRoom();
      }
    } catch (error) {
      if (!this.closed) this.halt(error instanceof Error ? (error.stack ?? error.message) : String(error));
    } finally {
      this.#inFlight = undefined;
      this.#world.onRoom();
    }
  }

  #closeDue(): void {
    if (!this.#open || this.#recovering) return;
    this.#queue.push(this.#open);
    this.#open = undefined;
    this.#due = false;
  }

  async #store(batch: Batch): Promise<void> {
    const { signal } = this.#closing;
    const { metrics, window, logger } = this.#world;
    if (batch.dead.length > 0 && !batch.deadLettersSent) {
      await this.#world.writeDeadLetters(this.topic, this.partition, batch.dead, signal);
    }
    if (batch.writer) {
      const intent = batch.intent();
      const token = deduplicationToken(this.topic, this.partition, batch.start, intent);
      const { table } = this.sink;
      window.announced(token, table);
      try {
        if (!batch.announced) await this.#commitOffset(batch.start, encodeIntent(intent));
        const outcome = await this.#world.insert(
          { table, writer: batch.writer, blocks: batch.blocks, records: batch.records, token },
          signal,
        );
        if (outcome.result !== 'stored') {
          logger.warn({ token, blocks: batch.blocks.length, ...outcome }, 'an insert is refused');
          return await this.#isolate(batch, outcome);
        }
        await this.#commitOffset(batch.end, '');
      } finally {
        window.settled(token);
      }
      metrics.rows.inc({ table }, batch.records);
    } else {
      await this.#commitOffset(batch.end, '');
    }
    this.#storedTo = batch.end;
  }

  /** Halves what is refused as a whole, until the block is alone that is; each half is an announced insert of its own. */
  async #isolate(batch: Batch, { result, detail }: Exclude<InsertOutcome, { result: 'stored' }>): Promise<void> {
    const message = batch.onlyMessage();
    if (!message) {
      for (const half of batch.halves()) await this.#store(half);
      return;
    }
    // memory comes back: a block that is too large today is not bad
    if (result === 'too_large') return this.#store(batch);
    const letter: DeadMessage = { message, reason: 'rejected', detail };
    await this.#world.writeDeadLetters(this.topic, this.partition, [letter], this.#closing.signal);
    await this.#commitOffset(batch.end, '');
    this.#storedTo = batch.end;
  }

  async #commitOffset(offset: number, metadata: string): Promise<void> {
    const { topic, partition } = this;
    await persist(
      async () => await this.#commit?.(offset, metadata),
      this.#closing.signal,
      (error, failures) => {
        this.#world.metrics.retries.inc({ operation: 'commit' });
        this.#world.logger.warn({ topic, partition, offset, failures, err: error }, 'an offset could not be committed');
      },
    );
  }

  /** Takes nothing more; the rest of the partition waits for a person. */
  halt(why: string): void {
    this.halted = true;
    clearTimeout(this.#openTimer);
    this.#open = undefined;
    this.#queue = [];
    this.#world.onHalt(why);
  }
}
