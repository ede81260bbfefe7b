import {
  LearnedNormals,
  type RunEnd,
  type RunJudge,
  type RunOutput,
  type SignalDraft,
  type Slots,
  type Step,
  signalBody,
} from '@spanwise/detectors';
import { encodeAlone, type Run, type RunFeatures, type Signal, type Span } from '@spanwise/schemas';
import { DEAD_LETTERS, type Processor, type ProcessorContext, StateLoad } from '@spanwise/stream';
import { impossibleQuantity } from './impossible-quantity.ts';
import { LiveRuns } from './live-runs.ts';
import type { DetectMetrics } from './metrics.ts';
import { overlongName } from './overlong-name.ts';
import { type StepSample, sampleOfSpan, sampleOfStep } from './step-sample.ts';
import { StepStatsAggregator } from './step-stats.ts';
import { Uncounted } from './uncounted.ts';

export interface RunLifetimes {
  /** Log time in ms without a span after which a run whose root has ended is closed. */
  runQuietMs: number;
  /** The same for a run without its root. */
  runAbandonMs: number;
  /** Log time in ms for which an ended run keeps its whole state: late spans are judged, resent ones recognised. */
  lateGraceMs: number;
  /** Log time in ms, from then on, for which it keeps a summary: late spans continue it. */
  summaryRetentionMs: number;
  /** Runs of one partition, open or as a summary, above which quiet ones are ended after `crowdedQuietMs` and leave nothing. */
  maxRuns: number;
  /** Bytes of state of one partition above which the same holds. */
  maxStateBytes: number;
}

/** Log time in ms without a span after which a run is ended while there are more than `maxRuns`, or they take too much. */
export const crowdedQuietMs = 10_000;

/** Timers of a run: its end, when its state is reduced to a summary, and when that is forgotten. */
const END = 'end';
const REDUCE = 'reduce';
const FORGET = 'forget';
/** Slot with the number of steps that step statistics have counted at a former end. */
const COUNTED = 'counted';

/** Store key of what is normal, a slot for each agent: no run's, since it has no slash. */
export const NORMALS_KEY = 'normals';

/** The key of a span's run; also the Kafka key of everything that is said about the run. */
export function runKey(record: { tenant: string; traceId: string }): string {
  return `${record.tenant}/${record.traceId}`;
}

/** Judges the runs of one partition: findings at once, the run and its session's signal when it ends. */
export class RunProcessor implements Processor<Span> {
  /** The judge that holds now. */
  readonly #judgeNow: () => RunJudge;
  /** One and the same from commit to commit. */
  #judge: RunJudge;
  readonly #lifetimes: RunLifetimes;
  readonly #metrics: DetectMetrics;
  readonly #live = new LiveRuns();
  readonly #load: StateLoad;
  /** What the runs of this partition have taught. */
  #normals: LearnedNormals | undefined;
  readonly #stepStats = new StepStatsAggregator();
  /** What the world may count once the transaction has committed; `#uncounted` until what it counts is sure to be part of it. */
  #countable: Uncounted[] = [];
  #uncounted = new Uncounted();

  constructor(judgeNow: () => RunJudge, lifetimes: RunLifetimes, metrics: DetectMetrics) {
    this.#judgeNow = judgeNow;
    this.#judge = judgeNow();
    this.#lifetimes = lifetimes;
    this.#metrics = metrics;
    this.#load = new StateLoad(lifetimes.maxRuns, lifetimes.maxStateBytes, (context) =>
      this.#normalsOf(context).isEmpty ? 0 : 1,
    );
  }

  process(span: Span, context: ProcessorContext): void {
    const unfit = impossibleQuantity(span) ?? overlongName(span);
    if (unfit) throw new RangeError(unfit);
    const key = runKey(span);
    const slots = this.#live.of(key, context);
    const output = this.#judge.onSpan(slots, span, context.dueTime, this.#normalsOf(context));
    if (!output.step) {
      this.#uncounted.duplicates++;
      return;
    }
    // An end timer that fires before the run is quiet sets itself again: no timer is written per span.
    if (output.lifecycle.changed) {
      context.schedule(key, END, context.dueTime + this.#quietTime(output.lifecycle.rootEnded, context));
      this.#load.watch(context);
    }
    if (output.reopened) {
      context.cancel(key, REDUCE);
      context.cancel(key, FORGET);
    }
    this.#emit(key, output, context, span);
    this.#countNameless(slots, output.forgotten);
    this.#uncounted.forgottenSteps += output.forgotten.length;
    if (span.agent !== '') this.#count(sampleOfSpan(span));
    this.#uncounted.span(span.kind);
  }

  punctuate(key: string, timer: string, context: ProcessorContext): void {
    if (key === StateLoad.KEY) this.#load.weigh(context);
    else if (timer === END) this.#endIfQuiet(key, context);
    else if (timer === REDUCE) this.#reduce(key, context);
    else this.#forget(key, context);
  }

  beforeCommit(context: ProcessorContext): void {
    for (const stats of this.#stepStats.flush(context.streamTime * 1000)) {
      context.forward('step-stats', `${stats.tenant}/${stats.agent}`, stats);
    }
    this.#countable.push(this.#uncounted);
    this.#uncounted = new Uncounted();
  }

  afterCommit(): void {
    this.#judge = this.#judgeNow();
    const countable = this.#countable;
    this.#countable = [];
    for (const uncounted of countable) uncounted.countIn(this.#metrics);
  }

  #endIfQuiet(key: string, context: ProcessorContext): void {
    const slots = this.#live.of(key, context);
    const { rootEnded, quietSince } = this.#judge.lifecycleOf(slots);
    const due = quietSince + this.#quietTime(rootEnded, context);
    if (context.dueTime < due) {
      context.schedule(key, END, due);
      return;
    }
    const isEarly = context.dueTime < quietSince + this.#patience(rootEnded);
    if (isEarly) this.#uncounted.runsEndedEarly++;
    // A run that is ended for want of room has not been left by anybody.
    const end: RunEnd = rootEnded || isEarly ? 'closed' : 'abandoned';
    const normals = this.#normalsOf(context);
    const output = this.#judge.onEnd(slots, end, context.dueTime, normals);
    this.#emit(key, output, context);
    if (output.run) normals.learn(output.run.tenant, output.observations, context.dueTime);
    const { steps } = this.#judge.viewOf(slots);
    this.#countNameless(slots, steps);
    const last = steps.at(-1);
    if (last) slots.put(COUNTED, last.index + 1);
    context.schedule(key, REDUCE, context.dueTime + this.#lifetimes.lateGraceMs);
    this.#live.drop(key, context);
  }

  #reduce(key: string, context: ProcessorContext): void {
    const isLeft = this.#judge.giveUp(this.#live.of(key, context));
    this.#live.drop(key, context);
    if (isLeft && this.#load.isTooMuch(context)) this.#forget(key, context);
    else if (isLeft) context.schedule(key, FORGET, context.dueTime + this.#lifetimes.summaryRetentionMs);
  }

  #forget(key: string, context: ProcessorContext): void {
    context.store.delete(key);
    this.#live.drop(key, context);
  }

  /** Steps that named no agent themselves are counted when the run has told all it will, or can remember them no longer. */
  #countNameless(slots: Slots, steps: readonly Step[]): void {
    if (steps.length === 0) return;
    const run = this.#judge.viewOf(slots);
    const counted = slots.get<number>(COUNTED) ?? 0;
    for (const step of steps) {
      if (step.agent === '' && step.index >= counted) this.#count(sampleOfStep(step, run));
    }
  }

  #emit(key: string, output: RunOutput, context: ProcessorContext, span?: Span): void {
    for (const finding of output.findings) {
      context.forward('findings', key, finding);
      this.#uncounted.findings.push(finding);
    }
    for (const revision of output.revisions) context.forward('span-revisions', key, revision);
    if (output.run) this.#emitRun(key, output.run, output.features ?? null, context);
    for (const signal of output.signals) this.#send(output.run?.tenant ?? span?.tenant ?? '', signal, context);
    for (const { pattern, message } of output.faults) {
      context.forward(DEAD_LETTERS, key, {
        service: 'detect',
        topic: 'spans',
        partition: context.partition,
        offset: -1,
        reason: 'processor_error',
        detail: `${pattern}: ${message}`,
        key: Buffer.from(key),
        value: span ? encodeAlone('Span', span) : null,
        time: context.dueTime * 1000,
      });
    }
  }

  #emitRun(key: string, run: Run, features: RunFeatures | null, context: ProcessorContext): void {
    context.forward('runs', key, run);
    this.#send(run.tenant, { keyKind: 'session', key: run.sessionId, body: { run, features } }, context);
    this.#uncounted.runs.push(run);
  }

  #send(tenant: string, { keyKind, key, body }: SignalDraft, context: ProcessorContext): void {
    const emittedTime = context.dueTime * 1000;
    const signal: Signal = { tenant, keyKind, key, emittedTime, source: 'detect', body: signalBody(body) };
    context.forward('signals', `${tenant}/${keyKind}/${key}`, signal);
  }

  #count(sample: StepSample): void {
    this.#stepStats.add(sample);
    this.#uncounted.steps.push(sample);
  }

  #normalsOf(context: ProcessorContext): LearnedNormals {
    this.#normals ??= new LearnedNormals(context.store.slotsOf(NORMALS_KEY));
    return this.#normals;
  }

  /** Log time without a span after which a run is ended. */
  #quietTime(rootEnded: boolean, context: ProcessorContext): number {
    const patience = this.#patience(rootEnded);
    return this.#load.isTooMuch(context) ? Math.min(patience, crowdedQuietMs) : patience;
  }

  #patience(rootEnded: boolean): number {
    return rootEnded ? this.#lifetimes.runQuietMs : this.#lifetimes.runAbandonMs;
  }
}
