import { decodeBlock, encodeBlock, encodeTick, type RecordName, type RecordTypes } from '@spanwise/schemas';
import type { BrokerMessage, CommittedOffset } from './broker/broker.ts';
import { ENGINE_DEFAULTS } from './engine-options.ts';
import type { DeadLetterEvent } from './observer.ts';
import { decodeResumePoint, freshResumePoint } from './resume-point.ts';
import type { SnapshotPolicy } from './snapshotter.ts';
import { StreamTask } from './stream-task.ts';
import { DEAD_LETTERS, type Topology } from './topology.ts';

export interface TestDriverOptions {
  /** Partition that is played; default 0. */
  partition?: number;
  /** Clock before the first message, ms; default 0. */
  startMs?: number;
  /** Commit after every call of `pipe` and `advance`; default true. Else `commit` does. */
  autoCommit?: boolean;
  /** When snapshots are written; the engine's defaults. */
  snapshots?: Partial<SnapshotPolicy>;
  /** Keep what a recovery would read, input and changelog; default true. Else `crashAndRestore` throws. */
  recoverable?: boolean;
}

/** Where nothing can be recovered, and commits are many, only some are looked at for objects that were altered without a put. */
const AUDITED_COMMITS = 8_192;

/**
 * Plays one partition of a topology on nothing but memory, with a clock set by hand. All that the engine does between Kafka
 * and the processor happens: blocks, reordering, timers, commits, changelog, snapshots, dead letters, recovery.
 *
 * It also throws where a processor altered a stored object without a `put`, which would be lost in a crash.
 */
export class TopologyTestDriver<I extends RecordName> {
  #topology: Topology<I>;
  readonly #partition: number;
  readonly #autoCommit: boolean;
  readonly #snapshots: SnapshotPolicy;
  readonly #recoverable: boolean;
  readonly #input: BrokerMessage[] = [];
  #inputEnd = 0;
  readonly #outputs = new Map<string, { partition: number; value: Buffer }[]>();
  readonly #changelog = new Map<number, Buffer>();
  readonly deadLetterEvents: DeadLetterEvent[] = [];
  #changelogEnd = 0;
  #committed: CommittedOffset | undefined;
  #commits = 0;
  #task: StreamTask<I>;
  #now: number;

  constructor(topology: Topology<I>, options: TestDriverOptions = {}) {
    this.#topology = topology;
    this.#partition = options.partition ?? 0;
    this.#autoCommit = options.autoCommit ?? true;
    this.#snapshots = { ...ENGINE_DEFAULTS.snapshots, ...options.snapshots };
    this.#recoverable = options.recoverable ?? true;
    this.#now = options.startMs ?? 0;
    this.#task = this.#start();
  }

  /** Log time of the last message, ms. */
  get now(): number {
    return this.#now;
  }

  /** Appends a record, several in one block, or the bytes of a message, at a log time in ms (default: no time has passed). */
  pipe(input: RecordTypes[I] | readonly RecordTypes[I][] | Buffer, appendTimeMs = this.#now): void {
    if (Buffer.isBuffer(input)) {
      this.#append(input, appendTimeMs);
      return;
    }
    const records = (Array.isArray(input) ? input : [input]) as RecordTypes[I][];
    this.#append(encodeBlock(this.#topology.inputRecord, records), appendTimeMs);
  }

  /** Lets log time pass, by a tick. */
  advance(ms: number): void {
    this.#append(encodeTick(this.#topology.inputRecord), this.#now + ms);
  }

  commit(): void {
    const plan = this.#task.prepareCommit();
    const isAudited = this.#recoverable || this.#commits % AUDITED_COMMITS === 0;
    this.#commits++;
    const altered = isAudited ? [...this.#task.store.alteredWithoutPut()] : [];
    if (altered.length > 0) throw new Error(`altered without a put, so a crash would lose it: ${altered.join(', ')}`);
    const base = this.#changelogEnd;
    for (const { topic, partition, value } of plan.sends.flat()) {
      if (topic === this.#topology.changelog) {
        if (this.#recoverable) this.#changelog.set(this.#changelogEnd, value);
        this.#changelogEnd++;
      } else this.#outputsOf(topic).push({ partition, value });
    }
    this.#committed = plan.offset(base);
    this.#changelogEnd++; // the transaction's end marker
    this.deadLetterEvents.push(...plan.deadLetters);
    const deletable = plan.committed();
    for (const offset of this.#changelog.keys()) if (offset < (deletable ?? 0)) this.#changelog.delete(offset);
  }

  /** Records committed to an output topic, in order. */
  outputs<N extends RecordName>(topic: string): RecordTypes[N][] {
    const record = topic === DEAD_LETTERS ? 'DeadLetter' : this.#topology.outputs[topic];
    if (!record) throw new Error(`${topic} is not an output of ${this.#topology.name}`);
    return this.#outputsOf(topic).flatMap(({ value }) => decodeBlock(record, value)) as RecordTypes[N][];
  }

  /** The same, those that were not taken before: they are no longer among the outputs. */
  takeOutputs<N extends RecordName>(topic: string): RecordTypes[N][] {
    const records = this.outputs<N>(topic);
    this.#outputs.delete(topic);
    return records;
  }

  /** The store as JSON would carry it: key → slot → value. */
  state(): Record<string, Record<string, unknown>> {
    const state: Record<string, Record<string, unknown>> = {};
    for (const key of this.#task.store.keys()) {
      const slots: Record<string, unknown> = {};
      for (const slot of this.#task.store.slots(key)) {
        slots[slot] = JSON.parse(JSON.stringify(this.#task.store.get(key, slot)));
      }
      state[key] = slots;
    }
    return state;
  }

  get held(): number {
    return this.#task.held;
  }

  get timers(): number {
    return this.#task.timers;
  }

  /** Bytes of the changelog that a restore would read. */
  get changelogBytes(): number {
    return [...this.#changelog.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Bytes that a snapshot of the state takes, about. */
  get stateBytes(): number {
    return this.#task.stateBytes;
  }

  /**
   * Drops everything that was not committed, restores the store from the changelog, and delivers again what the committed
   * offset does not cover. Another version of the topology
   * may go on with the state.
   */
  crashAndRestore(next: Topology<I> = this.#topology): void {
    if (!this.#recoverable) throw new Error('nothing was kept to recover from: recoverable is false');
    this.#topology = next;
    this.#task = this.#start();
    for (const message of this.#input.slice(this.#task.nextOffset)) this.#task.accept(message);
    if (this.#autoCommit) this.commit();
  }

  #start(): StreamTask<I> {
    const names = [...Object.keys(this.#topology.outputs), DEAD_LETTERS];
    const task = new StreamTask({
      topology: this.#topology,
      partition: this.#partition,
      partitionsOf: new Map(names.map((name) => [name, 1])),
      snapshots: this.#snapshots,
      audited: true,
    });
    const point = (this.#committed && decodeResumePoint(this.#committed)) ?? freshResumePoint(0, 0);
    for (const [offset, message] of this.#changelog) if (offset >= point.changelogOffset) task.restore(message);
    task.resume(point);
    return task;
  }

  #append(value: Buffer, time: number): void {
    this.#now = Math.max(this.#now, time);
    const message = { offset: this.#inputEnd++, key: null, value, time };
    if (this.#recoverable) this.#input.push(message);
    this.#task.accept(message);
    if (this.#autoCommit) this.commit();
  }

  #outputsOf(topic: string): { partition: number; value: Buffer }[] {
    let messages = this.#outputs.get(topic);
    if (!messages) {
      messages = [];
      this.#outputs.set(topic, messages);
    }
    return messages;
  }
}
