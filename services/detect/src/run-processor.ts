import { markOf, type RunEnd, type RunJudge, type RunMark, type RunOutput, type Slots } from '@spanwise/detectors';
import { encodeBlock, type Run, type Span } from '@spanwise/schemas';
import { DEAD_LETTERS, type Processor, type ProcessorContext, slotsOf } from '@spanwise/stream';
import { impossibleQuantity } from './impossible-quantity.ts';
import type { DetectMetrics } from './metrics.ts';
import { type StepSample, sampleOfSpan, sampleOfStep } from './step-sample.ts';
import { StepStatsAggregator } from './step-stats.ts';

export interface RunLifetimes {
  /** Log time in ms without a span after which a run whose root has ended is closed. */
  runQuietMs: number;
  /** The same for a run without its root. */
  runAbandonMs: number;
  /** Log time in ms for which an ended run leaves a mark. */
  markRetentionMs: number;
}

/** Timers of a run: its end, and when its mark is forgotten. */
const END = 'end';
const FORGET = 'forget';
/** Slot of an ended run's mark; it is then the key's only slot. */
const MARK = 'mark';

/** The key of a span's run; also the Kafka key of everything that is said about the run. */
export function runKey(record: { tenant: string; traceId: string }): string {
  return `${record.tenant}/${record.traceId}`;
}

/** Judges the runs of one partition: findings at once, the run and its session's signal when it ends. */
export class RunProcessor implements Processor<Span> {
  readonly #judge: RunJudge;
  readonly #lifetimes: RunLifetimes;
  readonly #metrics: DetectMetrics;
  readonly #open = new Map<string, Slots>();
  readonly #stepStats = new StepStatsAggregator();
  /** What the world may count once the transaction has committed. */
  #uncounted: (() => void)[] = [];

  constructor(judge: RunJudge, lifetimes: RunLifetimes, metrics: DetectMetrics) {
    this.#judge = judge;
    this.#lifetimes = lifetimes;
    this.#metrics = metrics;
  }

  process(span: Span, context: ProcessorContext): void {
    const impossible = impossibleQuantity(span);
    if (impossible) throw new RangeError(impossible);
    const key = runKey(span);
    let slots = this.#open.get(key);
    let mark: RunMark | undefined;
    if (!slots) {
      mark = this.#takeMark(key, context);
      slots = slotsOf(context.store, key);
      this.#open.set(key, slots);
    }
    const isNew = slots.get('meta') === undefined;
    const rootHadEnded = !isNew && this.#judge.lifecycleOf(slots).rootEnded;
    const output = this.#judge.onSpan(slots, span, context.dueTime, mark);
    if (!output.step) {
      this.#uncounted.push(() => this.#metrics.duplicate());
      return;
    }
    // An end timer that fires before the run is quiet sets itself again: no timer is written per span.
    if (isNew || output.reopened || (output.lifecycle.rootEnded && !rootHadEnded)) {
      context.schedule(key, END, context.dueTime + this.#quietTime(output.lifecycle.rootEnded));
    }
    this.#emit(key, output, context, span);
    if (span.agent !== '') this.#count(sampleOfSpan(span));
    this.#uncounted.push(() => this.#metrics.span(span.kind));
  }

  punctuate(key: string, timer: string, context: ProcessorContext): void {
    if (timer === FORGET) context.store.delete(key, MARK);
    else this.#endIfQuiet(key, context);
  }

  beforeCommit(context: ProcessorContext): void {
    for (const stats of this.#stepStats.flush(context.streamTime * 1000)) {
      context.forward('step-stats', `${stats.tenant}/${stats.agent}`, stats);
    }
  }

  afterCommit(): void {
    const counted = this.#uncounted;
    this.#uncounted = [];
    for (const count of counted) count();
  }

  /** What was kept of a run whose state was given up; a span that comes now continues it. */
  #takeMark(key: string, context: ProcessorContext): RunMark | undefined {
    const mark = context.store.get<RunMark>(key, MARK);
    if (mark) {
      context.store.delete(key, MARK);
      context.cancel(key, FORGET);
    }
    return mark;
  }

  #endIfQuiet(key: string, context: ProcessorContext): void {
    const slots = this.#open.get(key) ?? slotsOf(context.store, key);
    const { rootEnded, quietSince } = this.#judge.lifecycleOf(slots);
    const due = quietSince + this.#quietTime(rootEnded);
    if (context.dueTime < due) {
      context.schedule(key, END, due);
      return;
    }
    const end: RunEnd = rootEnded ? 'closed' : 'abandoned';
    const output = this.#judge.onEnd(slots, end, context.dueTime);
    this.#emit(key, output, context);
    // steps that named no agent themselves are counted now that the run has told all it will
    const run = this.#judge.viewOf(slots);
    for (const step of run.steps) if (step.agent === '') this.#count(sampleOfStep(step, run));
    const mark = markOf(slots);
    context.store.delete(key);
    this.#open.delete(key);
    if (mark) {
      context.store.put(key, MARK, mark);
      context.schedule(key, FORGET, context.dueTime + this.#lifetimes.markRetentionMs);
    }
  }

  #emit(key: string, output: RunOutput, context: ProcessorContext, span?: Span): void {
    for (const finding of output.findings) {
      context.forward('findings', key, finding);
      this.#uncounted.push(() => this.#metrics.finding(finding));
    }
    for (const revision of output.revisions) context.forward('span-revisions', key, revision);
    if (output.run) this.#emitRun(key, output.run, context);
    for (const { pattern, message } of output.faults) {
      context.forward(DEAD_LETTERS, key, {
        service: 'detect',
        topic: 'spans',
        partition: context.partition,
        offset: -1,
        reason: 'processor_error',
        detail: `${pattern}: ${message}`,
        key: Buffer.from(key),
        value: span ? encodeBlock('Span', [span]) : null,
        time: context.dueTime * 1000,
      });
    }
  }

  #emitRun(key: string, run: Run, context: ProcessorContext): void {
    context.forward('runs', key, run);
    context.forward('signals', `${run.tenant}/session/${run.sessionId}`, {
      tenant: run.tenant,
      keyKind: 'session',
      key: run.sessionId,
      emittedTime: context.dueTime * 1000,
      body: { run },
    });
    this.#uncounted.push(() => this.#metrics.run(run));
  }

  #count(sample: StepSample): void {
    this.#stepStats.add(sample);
    this.#uncounted.push(() => this.#metrics.step(sample));
  }

  #quietTime(rootEnded: boolean): number {
    return rootEnded ? this.#lifetimes.runQuietMs : this.#lifetimes.runAbandonMs;
  }
}
