import type { Sink } from '../sinks.ts';
import { Batch, judge, type Message, type Verdict } from './batch.ts';
import { type BatchWorld, BatchWriter, type Commit } from './batch-writer.ts';
import { differenceFrom, type Intent, MAX_DEAD_LETTERS } from './intent.ts';

export interface BatchLimits {
  rows: number;
  bytes: number;
  ageMs: number;
}

/** What a partition writer needs of the world. */
export interface WriterWorld extends BatchWorld {
  /** Something was stored or given up: memory is free. */
  onRoom(): void;
  /** The partition reads other than what was announced and does no more. */
  onHalt(why: string): void;
}

/**
 * Stores one partition for as long as it is assigned: collects batches, and one after the other announces, inserts and
 * commits each (`BatchWriter`). Two inserts of a partition never overlap.
 */
export class PartitionWriter {
  readonly topic: string;
  readonly partition: number;
  readonly sink: Sink;
  readonly #limits: BatchLimits;
  readonly #world: WriterWorld;
  readonly #closing = new AbortController();
  readonly #batches: BatchWriter;
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
  halted = false;

  constructor(topic: string, partition: number, sink: Sink, limits: BatchLimits, world: WriterWorld) {
    this.topic = topic;
    this.partition = partition;
    this.sink = sink;
    this.#limits = limits;
    this.#world = world;
    this.#batches = new BatchWriter(topic, partition, sink, world, this.#closing.signal);
  }

  /** Says where the partition stands: its committed offset, if any, and the intent that it carries. */
  begin(offset: number | undefined, intent: Intent | undefined): void {
    this.#position = offset;
    this.#batches.storedTo = offset;
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
    return this.#batches.storedTo;
  }

  /** Append time in ms of the oldest message held; undefined when idle. */
  get oldest(): number | undefined {
    return (this.#inFlight ?? this.#queue[0] ?? this.#open)?.oldest;
  }

  /** Takes messages in the order of their offsets. `commit` is of the current generation. */
  take(messages: Iterable<Message>, commit: Commit): void {
    this.#batches.commit = commit;
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
        await this.#batches.store(batch);
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

  /** Takes nothing more; the rest of the partition waits for a person. */
  halt(why: string): void {
    this.halted = true;
    clearTimeout(this.#openTimer);
    this.#open = undefined;
    this.#queue = [];
    this.#world.onHalt(why);
  }
}
