import { type DeadLetterReason, forgetRead, type RecordName, type RecordTypes } from '@spanwise/schemas';
import type { ChangelogEncoder } from './changelog.ts';
import type { OutputCollector } from './output-collector.ts';
import type { SlotStore } from './slot-store.ts';
import type { Timer, TimerTable } from './timer-table.ts';
import type { KeyedStore, Processor, ProcessorContext } from './topology.ts';

/** A record to process, or (record undefined) only time passing. */
export interface Step<R> {
  readonly record: R | undefined;
  /** Offset of the message that brought it. */
  readonly offset: number;
  /** Log time in ms at which it takes its turn: timers of an earlier time go before. */
  readonly turn: number;
  /** Append time in ms of the record. */
  readonly dueTime: number;
  /** The partition's clock in ms. */
  readonly streamTime: number;
}

export interface FailedStep<R> {
  readonly step: Step<R>;
  /** Of a timer that threw; undefined: it was the record. */
  readonly timer: Timer | undefined;
  readonly reason: DeadLetterReason;
  readonly detail: string;
}

interface Parts<R> {
  partition: number;
  store: SlotStore;
  timers: TimerTable;
  outputs: OutputCollector;
  changes: ChangelogEncoder;
  createProcessor(): Processor<R>;
  /** What is forwarded bears the log time at which it was. */
  stampsOutputs: boolean;
  /** Told of a step whose effects were undone; it may forward a dead letter. */
  onFailure(failed: FailedStep<R>): void;
}

/**
 * Runs a processor so that a step that throws leaves no trace.
 *
 * As long as nothing throws, checkpoints come with the commits only, and the steps since the last one are remembered. When
 * one throws, everything returns to the checkpoint, the steps before it run again, and until the next commit every step
 * gets a checkpoint of its own: the failing one fails alone, and a flood of them costs one repetition per commit.
 */
export class StepExecutor<R> {
  readonly #parts: Parts<R>;
  readonly #context: Context;
  #processor: Processor<R>;
  /** Instances whose flushed work commits next although a failure has ended them. */
  #retired: Processor<R>[] = [];
  #journal: Step<R>[] = [];
  #careful = false;

  constructor(parts: Parts<R>) {
    this.#parts = parts;
    this.#context = new Context(parts);
    this.#processor = parts.createProcessor();
  }

  /** Anything ran since the last commit that may have had an effect. */
  #worked = false;
  get worked(): boolean {
    return this.#worked;
  }

  run(step: Step<R>): void {
    if (step.record !== undefined) this.#worked = true;
    if (this.#careful) {
      this.#runCarefully(step);
      return;
    }
    this.#journal.push(step);
    try {
      this.#execute(step);
    } catch {
      this.#repeatCarefully();
    }
  }

  /** The last checkpoint of a commit: all that ran is in outputs and changes afterwards. */
  prepareCommit(): void {
    try {
      this.#checkpoint();
    } catch {
      this.#repeatCarefully();
    }
  }

  committed(): void {
    for (const processor of [...this.#retired, this.#processor]) processor.afterCommit?.();
    this.#retired = [];
    this.#careful = false;
    this.#worked = false;
  }

  #execute(step: Step<R>): void {
    this.#context.enter(step.streamTime, step.dueTime);
    // a timer that is set for the very time at which a held record leaves goes after it
    while (this.#timerBefore(step)) this.#fire(this.#parts.timers.next() as Timer, step);
    if (step.record !== undefined) this.#process(step.record, step);
  }

  #timerBefore(step: Step<R>): boolean {
    const at = this.#parts.timers.next()?.at;
    return at !== undefined && (at < step.turn || (at === step.turn && step.record === undefined));
  }

  #process(record: R, step: Step<R>): void {
    this.#context.enter(step.streamTime, step.dueTime);
    this.#processor.process(record, this.#context);
    // the journal holds it until the commit
    forgetRead(record);
  }

  #fire({ key, name, at }: Timer, step: Step<R>): void {
    this.#worked = true;
    this.#parts.timers.cancel(key, name);
    this.#context.enter(step.streamTime, at);
    this.#processor.punctuate(key, name, this.#context);
  }

  #checkpoint(): void {
    const { store, timers, outputs, changes } = this.#parts;
    this.#processor.beforeCommit?.(this.#context);
    // all that can throw comes before anything is kept
    outputs.check();
    for (const change of store.checkpoint()) changes.slot(change);
    outputs.seal();
    for (const change of timers.checkpoint()) changes.timer(change);
    this.#journal = [];
  }

  #rollback(): void {
    this.#parts.store.rollback();
    this.#parts.timers.rollback();
    this.#parts.outputs.rollback();
    this.#processor = this.#parts.createProcessor();
  }

  /** After a failure somewhere in the journal. */
  #repeatCarefully(): void {
    const steps = this.#journal;
    this.#rollback();
    this.#careful = true;
    try {
      for (const step of steps.slice(0, -1)) this.#execute(step);
      this.#checkpoint();
      steps.splice(0, steps.length - 1);
    } catch {
      // the failure showed at the checkpoint only, so any of the steps may be its cause
      this.#rollback();
    }
    this.#journal = [];
    for (const step of steps) this.#runCarefully(step);
  }

  #runCarefully(step: Step<R>): void {
    this.#context.enter(step.streamTime, step.dueTime);
    while (this.#timerBefore(step)) {
      // a copy: the table's own entry no longer says when it was set for once it is off
      const timer = { ...(this.#parts.timers.next() as Timer) };
      this.#attempt(step, timer, () => this.#fire(timer, step));
    }
    const { record } = step;
    if (record !== undefined) this.#attempt(step, undefined, () => this.#process(record, step));
  }

  #attempt(step: Step<R>, timer: Timer | undefined, work: () => void): void {
    try {
      work();
      this.#checkpoint();
    } catch (error) {
      this.#retired.push(this.#processor);
      this.#rollback();
      if (timer) this.#dropTimer(timer);
      const detail = error instanceof Error ? (error.stack ?? String(error)) : String(error);
      this.#parts.onFailure({ step, timer, reason: 'processor_error', detail });
      this.#checkpoint();
    }
  }

  /** A timer that cannot fire goes; and when the key has no other that could ever clean up, so does its state. */
  #dropTimer({ key, name }: Timer): void {
    this.#parts.timers.cancel(key, name);
    if (!this.#parts.timers.hasTimer(key)) this.#parts.store.delete(key);
  }
}

class Context implements ProcessorContext {
  readonly partition: number;
  readonly store: KeyedStore;
  readonly #timers: TimerTable;
  readonly #outputs: OutputCollector;
  readonly #stampsOutputs: boolean;
  streamTime = 0;
  dueTime = 0;

  constructor(parts: {
    partition: number;
    store: KeyedStore;
    timers: TimerTable;
    outputs: OutputCollector;
    stampsOutputs: boolean;
  }) {
    this.partition = parts.partition;
    this.store = parts.store;
    this.#timers = parts.timers;
    this.#outputs = parts.outputs;
    this.#stampsOutputs = parts.stampsOutputs;
  }

  enter(streamTime: number, dueTime: number): void {
    this.streamTime = streamTime;
    this.dueTime = dueTime;
  }

  forward<N extends RecordName>(topic: string, key: string, record: RecordTypes[N]): void {
    this.#outputs.add(topic, key, record, this.#stampsOutputs ? this.dueTime : undefined);
  }

  forwardToAll<N extends RecordName>(topic: string, record: RecordTypes[N]): void {
    this.#outputs.addToAll(topic, record, this.#stampsOutputs ? this.dueTime : undefined);
  }

  schedule(key: string, timer: string, atMs: number): void {
    this.#timers.schedule(key, timer, atMs);
  }

  cancel(key: string, timer: string): void {
    this.#timers.cancel(key, timer);
  }
}
