import { BlockError, decodeBlockLazily, type RecordName, type RecordTypes } from '@spanwise/schemas';
import type { BrokerMessage } from './broker/broker.ts';
import { ChangelogDecoder, ChangelogEncoder, readChangelogHeader } from './changelog.ts';
import { byteLength, type CommitPlan, planSends } from './commit-plan.ts';
import { DeadLetterBox } from './dead-letter-box.ts';
import { migrateSlot } from './migration.ts';
import { OutputCollector } from './output-collector.ts';
import { type Held, ReorderBuffer } from './reorder-buffer.ts';
import { encodeResumePoint, InputTrail, type ResumePoint } from './resume-point.ts';
import { SlotStore } from './slot-store.ts';
import { type SnapshotPolicy, Snapshotter } from './snapshotter.ts';
import { type FailedStep, type Step, StepExecutor } from './step-executor.ts';
import { TimerTable } from './timer-table.ts';
import { DEAD_LETTERS, type Topology } from './topology.ts';

export interface TaskOptions<I extends RecordName> {
  topology: Topology<I>;
  partition: number;
  /** Partitions of every output topic and of the dead letters, by name. */
  partitionsOf: ReadonlyMap<string, number>;
  snapshots: SnapshotPolicy;
  /** What is forwarded bears the log time at which it was; default false. */
  stampsOutputs?: boolean;
  /** For tests: the store shall see what was altered without a put. */
  audited?: boolean;
}

/**
 * One input partition of a topology, without any I/O: messages go in, what to commit comes out. The engine runs it on
 * Kafka, the test driver on nothing. Life: restore …, resume, then (accept …, prepareCommit, committed) ….
 */
export class StreamTask<I extends RecordName> {
  readonly store: SlotStore;
  readonly #timers = new TimerTable();
  readonly #options: TaskOptions<I>;
  readonly #topology: Topology<I>;
  readonly #outputs: OutputCollector;
  readonly #changes: ChangelogEncoder;
  readonly #deadLetters: DeadLetterBox<I>;
  readonly #executor: StepExecutor<RecordTypes[I]>;
  readonly #reorder: ReorderBuffer<RecordTypes[I]> | undefined;
  readonly #trail = new InputTrail();
  readonly #changelog = new ChangelogDecoder();
  #snapshotter: Snapshotter | undefined;
  #restoredBytes = 0;
  #clock = 0;
  #nextOffset = 0;
  /** What messages below this offset release has been processed before: they are read again only to know what is held. */
  #replayUntil = 0;
  #clockAfterReplay = 0;
  #heldOffset = 0;
  #heldIndex = 0;
  #messageTime = 0;
  #records = 0;
  #inputBytes = 0;
  #uncommitted = false;

  constructor(options: TaskOptions<I>) {
    const { topology, partition, partitionsOf } = options;
    this.store = new SlotStore(options.audited);
    this.#options = options;
    this.#topology = topology;
    this.#changes = new ChangelogEncoder('changes', topology.stateVersion);
    this.#deadLetters = new DeadLetterBox(topology, partition, partitionsOf.get(DEAD_LETTERS) ?? 1);
    this.#outputs = new OutputCollector(outputTopics(topology, partitionsOf));
    this.#reorder = topology.reorder && new ReorderBuffer(topology.reorder);
    this.#executor = new StepExecutor({
      partition,
      store: this.store,
      timers: this.#timers,
      outputs: this.#outputs,
      changes: this.#changes,
      createProcessor: () => topology.createProcessor(partition),
      stampsOutputs: options.stampsOutputs ?? false,
      onFailure: (failed) => this.#onFailure(failed),
    });
  }

  /** The partition's clock: running maximum of append times, ms. */
  get clock(): number {
    return this.#clock;
  }

  /** Offset after the last message taken. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  get replaying(): boolean {
    return this.#nextOffset < this.#replayUntil;
  }

  get held(): number {
    return this.#reorder?.size ?? 0;
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Messages were taken that no commit covers. */
  get uncommitted(): boolean {
    return this.#uncommitted;
  }

  /** A commit would write more than an offset. */
  get worked(): boolean {
    return this.#executor.worked || this.#deadLetters.size > 0;
  }

  /** Bytes of input since the last commit. */
  get inputBytes(): number {
    return this.#inputBytes;
  }

  /** About the bytes that a snapshot of store and timers takes. */
  get stateBytes(): number {
    return this.#snapshotter?.stateBytes ?? 0;
  }

  /** Bytes of the changelog that a restore would read. */
  get restoreBytes(): number {
    return this.#snapshotter?.toRead ?? 0;
  }

  /** Log time in ms at which a timer fires or a held record leaves; undefined: nothing waits. */
  get nextDue(): number | undefined {
    const timer = this.#timers.next()?.at;
    const held = this.held > 0 ? this.#reorder?.nextDue() : undefined;
    if (timer === undefined || held === undefined) return timer ?? held;
    return Math.min(timer, held);
  }

  /** Applies one changelog message. Throws for state that this version cannot read. */
  restore(message: Buffer): void {
    const { stateVersion } = readChangelogHeader(message);
    this.#restoredBytes += message.length;
    this.#changelog.read(message, {
      slot: (change) => this.store.restore(migrateSlot(this.#topology, stateVersion, change)),
      timer: (change) => this.#timers.restore(change),
    });
  }

  /** After the restore and before the first message: where to go on. */
  resume(point: ResumePoint): void {
    this.#nextOffset = point.replayFrom;
    this.#replayUntil = point.nextOffset;
    this.#clock = point.replayClock;
    this.#clockAfterReplay = point.clock;
    this.#heldOffset = point.heldOffset;
    this.#heldIndex = point.heldIndex;
    if (!this.replaying) this.#clock = point.clock;
    this.#snapshotter = new Snapshotter(this.store, this.#timers, {
      stateVersion: this.#topology.stateVersion,
      policy: this.#options.snapshots,
      restoreFrom: point.changelogOffset,
      toRead: this.#restoredBytes,
      clock: point.clock,
    });
  }

  /** Takes the next message of the input partition. Does not throw for what is in it. */
  accept(message: BrokerMessage): void {
    const live = message.offset >= this.#replayUntil;
    const clockBefore = live ? Math.max(this.#clock, this.#clockAfterReplay) : this.#clock;
    this.#clock = Math.max(clockBefore, message.time);
    this.#nextOffset = message.offset + 1;
    this.#messageTime = message.time;
    this.#release(live);
    const records = this.#decode(message, live);
    if (this.#reorder) {
      for (const [index, record] of records.entries()) {
        this.#hold(this.#reorder, record, { offset: message.offset, index }, live);
      }
      if (records.length > 0) this.#trail.add(message.offset, clockBefore, this.#clock);
    } else if (live) {
      for (const record of records) this.#executor.run(this.#step(record, message.offset, this.#clock, this.#clock));
    }
    if (!live) return;
    this.#executor.run(this.#step(undefined, message.offset, this.#clock, this.#clock));
    this.#records += records.length;
    this.#inputBytes += message.value?.length ?? 0;
    this.#uncommitted = true;
  }

  /** What to write now. Nothing may be accepted until it has committed; if that fails, the task is lost. */
  prepareCommit(): CommitPlan {
    if (!this.#snapshotter) throw new Error('the task was not resumed');
    const snapshotter = this.#snapshotter;
    this.#executor.prepareCommit();
    const dead = this.#deadLetters.take();
    const outputCount = this.#outputs.records + dead.events.length;
    const outputs = [...this.#outputs.take(), ...dead.messages];
    const changes = this.#changes.finish();
    const snapshot = snapshotter.next(this.#clock, changes);
    const changelog = [...snapshot.before, ...changes, ...snapshot.after].map((value) => ({
      topic: this.#topology.changelog,
      partition: this.#options.partition,
      value,
    }));
    const records = this.#records;
    return {
      sends: planSends([...changelog, ...outputs]),
      offset: (changelogBase) => encodeResumePoint(this.#resumePoint(snapshotter.restoreFrom(changelogBase))),
      committed: () => this.#committed(snapshotter),
      records,
      outputs: outputCount,
      outputBytes: byteLength(outputs),
      changelogBytes: byteLength(changelog),
      deadLetters: dead.events,
    };
  }

  #committed(snapshotter: Snapshotter): number | undefined {
    this.#records = 0;
    this.#inputBytes = 0;
    this.#uncommitted = false;
    this.#executor.committed();
    return snapshotter.committed();
  }

  #resumePoint(changelogOffset: number): ResumePoint {
    const next = { offset: this.#nextOffset, clock: this.#clock };
    const held = this.#reorder?.oldestHeld();
    const bound = (held?.clock ?? this.#clock) - (this.#topology.reorder?.delayMs ?? 0);
    const replay = this.#trail.replayFrom(bound, next);
    return {
      replayFrom: replay.offset,
      replayClock: replay.clock,
      nextOffset: next.offset,
      clock: next.clock,
      heldOffset: held?.offset ?? next.offset,
      heldIndex: held?.index ?? 0,
      changelogOffset,
    };
  }

  /** Everything that the clock has made due, in the order of its time. */
  #release(live: boolean): void {
    const reorder = this.#reorder;
    for (let due = reorder?.nextDue(); reorder && due !== undefined && due <= this.#clock; due = reorder.nextDue()) {
      for (const held of reorder.releaseNext()) {
        if (live) this.#executor.run(this.#step(held.record, held.offset, due, held.clock));
      }
    }
    if (live) this.#executor.run(this.#step(undefined, this.#nextOffset - 1, this.#clock, this.#clock));
  }

  #decode(message: BrokerMessage, live: boolean): RecordTypes[I][] {
    try {
      if (message.undecodable) throw new BlockError(message.undecodable.reason, message.undecodable.detail);
      if (!message.value) throw new BlockError('undecodable', 'the message has no value');
      return decodeBlockLazily(this.#topology.inputRecord, message.value);
    } catch (error) {
      const reason = error instanceof BlockError ? error.reason : 'undecodable';
      if (live) this.#deadLetters.bury({ ...message, reason, detail: String(error) });
      return [];
    }
  }

  #hold(
    reorder: ReorderBuffer<RecordTypes[I]>,
    record: RecordTypes[I],
    place: { offset: number; index: number },
    live: boolean,
  ): void {
    let held: Held<RecordTypes[I]>;
    try {
      held = reorder.describe(record, place, this.#clock);
    } catch (error) {
      if (live) this.#deadLetters.buryRecord(record, place.offset, this.#messageTime, String(error));
      return;
    }
    const { offset, index } = place;
    const hadLeft = offset < this.#heldOffset || (offset === this.#heldOffset && index < this.#heldIndex);
    if (hadLeft) reorder.addReleased(held);
    else reorder.add(held);
  }

  #onFailure({ step, timer, detail }: FailedStep<RecordTypes[I]>): void {
    if (!timer) {
      this.#deadLetters.buryRecord(step.record as RecordTypes[I], step.offset, step.dueTime, detail);
      return;
    }
    const { offset, streamTime: time } = step;
    const key = Buffer.from(timer.key);
    const words = `timer ${timer.name}, set for ${timer.at}: ${detail}`;
    this.#deadLetters.bury({ offset, reason: 'processor_error', detail: words, key, value: null, time });
  }

  #step(record: RecordTypes[I] | undefined, offset: number, turn: number, dueTime: number): Step<RecordTypes[I]> {
    return { record, offset, turn, dueTime, streamTime: this.#clock };
  }
}

function outputTopics<I extends RecordName>(topology: Topology<I>, partitionsOf: ReadonlyMap<string, number>) {
  return new Map(
    Object.entries(topology.outputs).map(([name, record]) => {
      const partitions = partitionsOf.get(name);
      if (partitions === undefined) throw new Error(`the number of partitions of ${name} is unknown`);
      return [name, { record, partitions }] as const;
    }),
  );
}
