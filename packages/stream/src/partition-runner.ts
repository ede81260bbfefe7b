import { randomUUID } from 'node:crypto';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { encodeTick, type RecordName } from '@spanwise/schemas';
import type {
  Batch,
  Broker,
  BrokerMessage,
  CommittedOffset,
  GroupMember,
  OutgoingMessage,
  TransactionalProducer,
} from './broker/broker.ts';
import { encodeMark } from './changelog.ts';
import type { ResolvedEngineOptions } from './engine-options.ts';
import { checkReach, restore, TruncatedInputError, UnrestorableStateError } from './restore.ts';
import { decodeResumePoint, freshResumePoint, type ResumePoint } from './resume-point.ts';
import { StreamTask } from './stream-task.ts';
import { TickSchedule } from './tick-schedule.ts';
import type { Topology } from './topology.ts';
import { Wake } from './wake.ts';

export interface RunnerParts<I extends RecordName> {
  topology: Topology<I>;
  partition: number;
  broker: Broker;
  member: GroupMember;
  group: string;
  options: ResolvedEngineOptions;
  partitionsOf: ReadonlyMap<string, number>;
  /** How many partitions this process owns now. */
  owned(): number;
}

/** Processing goes on for so long before others (heartbeats, other partitions) get their turn. */
const SLICE_MS = 5;

/**
 * One life of one partition: from the assignment to its loss, a stop, or a failure of broker or network, after which
 * nothing of it may be used again.
 */
export class PartitionRunner<I extends RecordName> {
  readonly #parts: RunnerParts<I>;
  readonly #wake = new Wake();
  readonly #lost = new AbortController();
  #stopping = false;
  #initialised = false;
  #queue: BrokerMessage[] = [];
  #queueHead = 0;
  #queueBytes = 0;
  #paused = false;
  /** Offsets that the broker had beyond the last batch. */
  #beyond = 0;
  /** Offset up to which messages were delivered; undefined before the seek. */
  #deliveredTo: number | undefined;
  #truncated: TruncatedInputError | undefined;
  #firstUncommitted = Number.POSITIVE_INFINITY;

  constructor(parts: RunnerParts<I>) {
    this.#parts = parts;
  }

  /** Called once a commit has succeeded: the partition is well. */
  onHealthy: () => void = () => {};

  /** When the lag was told last, on the clock of `performance.now()`. */
  lagToldAt = Number.NEGATIVE_INFINITY;

  /** Offset of the first message that is not processed; undefined before it is known where to go on. */
  get position(): number | undefined {
    return this.#queue[this.#queueHead]?.offset ?? this.#deliveredTo;
  }

  /** Takes messages; never waits. */
  deliver({ messages, endOffset, highWatermark }: Batch): void {
    const { member, partition, options } = this.#parts;
    for (const message of messages) {
      this.#queue.push(message);
      this.#queueBytes += message.value?.length ?? 0;
    }
    this.#deliveredTo = endOffset;
    this.#beyond = Math.max(0, highWatermark - endOffset);
    if (!this.#paused && this.#queueBytes > options.bufferBytes) {
      this.#paused = true;
      member.pause(partition);
    }
    this.#wake.signal();
  }

  /** The partition belongs to another: end at once, without a commit. */
  lose(): void {
    this.#lost.abort(new Error('the partition was assigned to another'));
    this.#wake.signal();
  }

  /** The input ends before what was delivered of it: `run` throws. */
  truncated({ position, end }: { position: number; end: number }): void {
    this.#truncated = this.#truncation(position, end);
    this.#wake.signal();
  }

  #truncation(offset: number, end: number): TruncatedInputError {
    return new TruncatedInputError({ topic: this.#topic('input'), partition: this.#parts.partition, offset }, end);
  }

  /** Commit what is processed, then end. */
  stop(): void {
    this.#stopping = true;
    if (!this.#initialised) this.#lost.abort(new Error('stopped'));
    this.#wake.signal();
  }

  /** Resolves when lost or stopped. Throws when broker or network fail. */
  async run(): Promise<void> {
    const { broker, group, partition } = this.#parts;
    const producer = await broker.transactionalProducer(`${group}-${this.#topic('input')}-${partition}`);
    try {
      const task = await this.#initialise(producer);
      this.#initialised = true;
      if (!this.#over()) await this.#loop(task, producer);
    } catch (error) {
      if (!this.#lost.signal.aborted) throw error;
    } finally {
      await producer.close();
    }
  }

  /** Fence, then read: what is read is then final. */
  async #initialise(producer: TransactionalProducer): Promise<StreamTask<I>> {
    const { broker, topology, partition, options, partitionsOf, member } = this.#parts;
    const begin = performance.now();
    options.observer.onRestoring?.({ partition });
    const changelog = { topic: this.#topic('changelog'), partition };
    // sentinels would in the end make a changelog that was made anew as long as the lost one; what else is looked at here
    // may change until the former owner is fenced
    const before = await this.#committedPoint();
    const { high } = await broker.watermarks(changelog.topic, partition);
    if (before.point) checkReach(changelog, before.point, { low: 0, high });
    const input = await broker.watermarks(this.#topic('input'), partition);
    const position = before.point?.nextOffset ?? before.committed?.offset ?? 0;
    if (position > input.high) throw this.#truncation(position, input.high);
    this.#lost.signal.throwIfAborted();
    const value = encodeMark('sentinel', topology.stateVersion, randomUUID());
    const sentinel = await producer.fence({ ...changelog, value });
    const { committed, point: past } = await this.#committedPoint();
    if (past) checkReach(changelog, past, await broker.watermarks(changelog.topic, partition));
    const { low } = await broker.watermarks(this.#topic('input'), partition);
    const task = new StreamTask({
      ...{ topology, partition, partitionsOf },
      snapshots: options.snapshots,
      stampsOutputs: options.clock === 'messages',
    });
    const { logger, restoreProgressMs: progressMs } = options;
    const signal = this.#lost.signal;
    const point = past ?? freshResumePoint(committed?.offset ?? low, sentinel);
    const read = past
      ? await restore({ broker, task, changelog, point, sentinel, logger, progressMs, signal })
      : { messages: 0, bytes: 0 };
    task.resume(point);
    if (low > point.replayFrom && committed) this.#reportLostInput({ partition, from: point.replayFrom, to: low });
    if (!this.#over()) {
      this.#deliveredTo = Math.max(low, point.replayFrom);
      member.seek(partition, this.#deliveredTo);
    }
    const keys = task.store.size;
    options.observer.onRestore?.({ partition, ...read, keys, durationMs: performance.now() - begin });
    return task;
  }

  /** The committed offset, and the resume point that it carries, if any. */
  async #committedPoint(): Promise<{ committed: CommittedOffset | undefined; point: ResumePoint | undefined }> {
    const { broker, group, partition } = this.#parts;
    const topic = this.#topic('input');
    const committed = await broker.committed(group, topic, partition);
    try {
      return { committed, point: committed && decodeResumePoint(committed) };
    } catch (error) {
      const place = { topic, partition, offset: committed?.offset ?? 0 };
      throw new UnrestorableStateError(place, (error as Error).message, error);
    }
  }

  #reportLostInput(lost: { partition: number; from: number; to: number }): void {
    const { options } = this.#parts;
    options.logger.error(
      { ...lost, runbook: 'Records lost to retention' },
      'retention deleted input that had not been read',
    );
    options.observer.onLostInput?.(lost);
  }

  async #loop(task: StreamTask<I>, producer: TransactionalProducer): Promise<void> {
    const { tickAfterMs } = this.#parts.options;
    const ticks = new TickSchedule(tickAfterMs === false ? 0 : tickAfterMs, performance.now());
    let sliceEnd = performance.now() + SLICE_MS;
    while (!this.#over()) {
      if (this.#truncated) throw this.#truncated;
      const message = this.#next();
      if (message) {
        task.accept(message);
        ticks.onMessage(performance.now());
        if (task.uncommitted) this.#firstUncommitted = Math.min(this.#firstUncommitted, performance.now());
      }
      const now = performance.now();
      if (task.uncommitted && (now >= this.#commitDue(task) || this.#full(task))) {
        await this.#commit(task, producer);
      } else if (!message) {
        const tickDue = this.#tickDue(ticks, task);
        if (now >= tickDue) await this.#tick(ticks);
        else await this.#wake.sleep(Math.min(this.#commitDue(task), tickDue) - now);
      } else if (now < sliceEnd) {
        continue;
      } else {
        await yieldToOthers();
      }
      sliceEnd = performance.now() + SLICE_MS;
    }
    if (this.#stopping && !this.#lost.signal.aborted && task.uncommitted) await this.#commit(task, producer);
  }

  #over(): boolean {
    return this.#stopping || this.#lost.signal.aborted;
  }

  #next(): BrokerMessage | undefined {
    const message = this.#queue[this.#queueHead];
    if (!message) return undefined;
    this.#queueHead++;
    if (this.#queueHead === this.#queue.length) {
      this.#queue = [];
      this.#queueHead = 0;
    }
    this.#queueBytes -= message.value?.length ?? 0;
    if (this.#paused && this.#queueBytes < this.#parts.options.bufferBytes / 2) {
      this.#paused = false;
      this.#parts.member.resume(this.#parts.partition);
    }
    return message;
  }

  #full(task: StreamTask<I>): boolean {
    return task.inputBytes >= this.#parts.options.commitInputBytes;
  }

  #commitDue(task: StreamTask<I>): number {
    const { commitIntervalMs, commitIntervalPerPartitionMs, idleCommitIntervalMs } = this.#parts.options;
    const interval = Math.max(commitIntervalMs, commitIntervalPerPartitionMs * this.#parts.owned());
    return this.#firstUncommitted + (task.worked ? interval : Math.max(interval, idleCommitIntervalMs));
  }

  #tickDue(ticks: TickSchedule, task: StreamTask<I>): number {
    const { tickAfterMs, clock } = this.#parts.options;
    if (tickAfterMs === false || clock === 'messages' || task.replaying || this.#beyond > 0)
      return Number.POSITIVE_INFINITY;
    return ticks.due(task.nextDue, task.clock);
  }

  async #tick(ticks: TickSchedule): Promise<void> {
    const { broker, topology, partition } = this.#parts;
    ticks.onTick(performance.now());
    await broker.append({ topic: this.#topic('input'), partition, value: encodeTick(topology.inputRecord) });
  }

  async #commit(task: StreamTask<I>, producer: TransactionalProducer): Promise<void> {
    const { broker, group, partition, options } = this.#parts;
    const changelog = this.#topic('changelog');
    const plan = task.prepareCommit();
    const begin = performance.now();
    await producer.transact({
      sends: plan.sends.map((send) => send.map((message) => this.#prefixed(message))),
      group,
      topic: this.#topic('input'),
      partition,
      offset: (baseOffset) => plan.offset(baseOffset(0, changelog, partition)),
    });
    this.#firstUncommitted = Number.POSITIVE_INFINITY;
    const deletable = plan.committed();
    this.onHealthy();
    const { records, outputs, outputBytes, changelogBytes } = plan;
    const { observer } = options;
    observer.onCommit?.({
      partition,
      records,
      outputs,
      outputBytes,
      changelogBytes,
      held: task.held,
      keys: task.store.size,
      stateBytes: task.stateBytes,
      restoreBytes: task.restoreBytes,
      timers: task.timers,
      durationMs: performance.now() - begin,
      nextOffset: task.nextOffset,
      streamTime: task.clock,
    });
    for (const event of plan.deadLetters) {
      options.logger.warn({ ...event, runbook: 'Dead letters' }, 'dead letter');
      observer.onDeadLetter?.(event);
    }
    this.lagToldAt = performance.now();
    observer.onLag?.({ partition, messages: this.#beyond + this.#queue.length - this.#queueHead });
    if (deletable !== undefined) {
      await broker.deleteRecords(changelog, partition, deletable).catch((error) => {
        // the next snapshot deletes this too
        options.logger.warn({ partition, err: error }, 'cannot delete the changelog before the last snapshot');
      });
    }
  }

  #prefixed(message: OutgoingMessage): OutgoingMessage {
    return { ...message, topic: this.#parts.options.topicPrefix + message.topic };
  }

  #topic(which: 'input' | 'changelog'): string {
    return this.#parts.options.topicPrefix + this.#parts.topology[which];
  }
}
