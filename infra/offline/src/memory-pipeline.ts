import { CorrelateMetrics } from '@spanwise/correlate/src/metrics.ts';
import { correlateTopology } from '@spanwise/correlate/src/topology.ts';
import { DetectMetrics } from '@spanwise/detect/src/metrics.ts';
import { detectTopology } from '@spanwise/detect/src/topology.ts';
import { type RunDetector, signalBody } from '@spanwise/detectors';
import { createRegistry } from '@spanwise/runtime';
import type {
  DeadLetter,
  Finding,
  Labelled,
  Outcome,
  RecordName,
  RecordTypes,
  Run,
  Session,
  Signal,
} from '@spanwise/schemas';
import { DEAD_LETTERS, partitionForKey, type Topology, TopologyTestDriver } from '@spanwise/stream';

/** The services' defaults, milliseconds. */
const REORDER_DELAY_MS = 1_000;
const [RUN_QUIET_MS, RUN_ABANDON_MS, LATE_GRACE_MS, SUMMARY_RETENTION_MS] = [60_000, 1_800_000, 10_000, 900_000];
const [SESSION_GAP_MS, SESSION_RETENTION_MS, FLEET_RETENTION_MS] = [1_800_000, 86_400_000, 30 * 86_400_000];
const NO_SNAPSHOTS = { intervalMs: Number.MAX_SAFE_INTEGER, floorBytes: Number.MAX_SAFE_INTEGER };
/** Log time from one commit of correlate to the next. */
const CORRELATE_COMMIT_MS = 10_000;
/** Spans of one commit. */
const COMMIT_EVERY = 2_000;

/** Log time, ms after the last span, at which the last run has ended, as closed or as abandoned; and the last conversation. */
export const endings = {
  closedMs: RUN_QUIET_MS + REORDER_DELAY_MS,
  abandonedMs: RUN_QUIET_MS + REORDER_DELAY_MS + RUN_ABANDON_MS,
  sessionsMs: RUN_QUIET_MS + REORDER_DELAY_MS + RUN_ABANDON_MS + SESSION_GAP_MS,
} as const;

/** One message of spans. */
export interface SpanBlock {
  /** Log time at which it arrives, ms */
  readonly atMs: number;
  /** Avro records, as `ingest` writes them */
  readonly bytes: Uint8Array;
  /** Records in it */
  readonly spans: number;
  /** Of the topic `spans`; default 0. The runs in it must be at home there. */
  readonly partition?: number;
}

export interface MemoryPipelineOptions {
  /** Instead of all there are, in their default settings */
  readonly detectors?: readonly RunDetector[];
  /** Of the topics `spans` and `signals`, each; default 1. What is learned of agents is learned by each for itself. */
  readonly partitions?: number;
}

export interface Judged {
  /** Every revision, those of one finding in the order in which they were told */
  readonly findings: readonly Finding[];
  /** Every revision, those of one run in the order in which they were told */
  readonly runs: readonly Run[];
  /** Every revision, those of one conversation in the order in which they were told */
  readonly sessions: readonly Session[];
  /** What was told of conversations with a label, for their tenant to learn from */
  readonly labelled: readonly Labelled[];
  /** Reasons for what could not be processed */
  readonly deadLetters: readonly string[];
}

/** What `detect` and `correlate` make of spans, on the engine without a broker, in simulated time. */
export class MemoryPipeline {
  readonly #detect: Partitions<'Span'>;
  readonly #correlate: Partitions<'Signal'>;
  #spans = 0;
  #uncommitted = 0;
  readonly #outcomes: Signal[] = [];
  readonly #labelled: Labelled[] = [];

  /** @param startMs log time before the first message */
  constructor(startMs: number, { detectors, partitions = 1 }: MemoryPipelineOptions = {}) {
    const lifetimes = {
      reorderDelayMs: REORDER_DELAY_MS,
      runQuietMs: RUN_QUIET_MS,
      runAbandonMs: RUN_ABANDON_MS,
      lateGraceMs: LATE_GRACE_MS,
      summaryRetentionMs: SUMMARY_RETENTION_MS,
      maxRuns: Number.POSITIVE_INFINITY,
      maxStateBytes: Number.POSITIVE_INFINITY,
    };
    const detectMetrics = new DetectMetrics(createRegistry(), 50);
    this.#detect = new Partitions(detectTopology(lifetimes, detectMetrics, detectors), partitions, startMs);
    const gaps = {
      signalsTopic: 'signals',
      sessionGapMs: SESSION_GAP_MS,
      sessionRetentionMs: SESSION_RETENTION_MS,
      fleetRetentionMs: FLEET_RETENTION_MS,
      maxSessions: Number.POSITIVE_INFINITY,
      maxStateBytes: Number.POSITIVE_INFINITY,
    };
    const correlateMetrics = new CorrelateMetrics(createRegistry(), 50);
    this.#correlate = new Partitions(correlateTopology(gaps, correlateMetrics), partitions, startMs);
  }

  /** Spans so far, resent ones included */
  get spans(): number {
    return this.#spans;
  }

  /** A message arrives. Messages have to come in the order of time. */
  receive({ atMs, bytes, spans, partition = 0 }: SpanBlock): void {
    this.#detect.at(partition).pipe(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), atMs);
    this.#spans += spans;
    this.#uncommitted += spans;
    if (this.#uncommitted < COMMIT_EVERY) return;
    this.#uncommitted = 0;
    this.#detect.commit();
  }

  /** Somebody says how a conversation went, at the log time of `receivedTime`. */
  tell(outcome: Outcome): void {
    const { tenant, sessionId, traceId, receivedTime } = outcome;
    const key = sessionId === '' ? traceId : sessionId;
    const body = signalBody({ outcome });
    this.#outcomes.push({ tenant, keyKind: 'session', key, emittedTime: receivedTime, source: 'ingest', body });
  }

  /** Waits until every run and conversation has ended, and tells what was found. */
  finish(): Judged {
    const lastMs = this.#detect.now;
    this.#detect.advanceTo(lastMs + endings.closedMs);
    this.#detect.advanceTo(lastMs + endings.abandonedMs);
    this.#detect.commit();
    this.#correlateAll(lastMs + endings.sessionsMs);
    const letters = [this.#detect, this.#correlate].flatMap((each) => each.outputs<'DeadLetter'>(DEAD_LETTERS));
    return {
      // Not by detectedTime: of spans that leave together, the one that ended first may fall due last.
      findings: [this.#detect, this.#correlate].flatMap((each) => each.outputs<'Finding'>('findings')),
      runs: this.#detect.outputs<'Run'>('runs'),
      sessions: this.#correlate.outputs<'Session'>('sessions'),
      labelled: this.#labelled,
      deadLetters: [
        ...letters.map(({ reason, detail }: DeadLetter) => `${reason}: ${detail}`),
        ...[...this.#detect.buried, ...this.#correlate.buried],
      ],
    };
  }

  /** Hands correlate the signals of detect in the order of time, and its own when it has committed them, as Kafka would. */
  #correlateAll(endMs: number): void {
    const signals = [...this.#detect.outputs<'Signal'>('signals'), ...this.#outcomes].sort(
      (a, b) => a.emittedTime - b.emittedTime,
    );
    let next = 0;
    for (let now = (signals[0]?.emittedTime ?? endMs * 1_000) / 1_000; now < endMs; ) {
      now = Math.min(now + CORRELATE_COMMIT_MS, endMs);
      for (; next < signals.length; next++) {
        const signal = signals[next] as Signal;
        if (signal.emittedTime / 1_000 > now) break;
        this.#hear(signal, signal.emittedTime / 1_000);
      }
      this.#correlate.advanceTo(now);
      for (let own = this.#committed(); own.length > 0; own = this.#committed()) {
        for (const signal of own) this.#hear(signal, now);
      }
    }
  }

  /** Signals of correlate in what it commits now. */
  #committed(): Signal[] {
    this.#correlate.commit();
    return this.#correlate.takeOutputs<'Signal'>('signals');
  }

  #hear(signal: Signal, atMs: number): void {
    const { tenant, keyKind, key, body } = signal;
    if (body.labelled) this.#labelled.push(body.labelled);
    if (keyKind === 'partition') {
      // the driver's topics have one partition, so there is one copy
      for (let each = 0; each < this.#correlate.count; each++) this.#correlate.at(each).pipe(signal, Math.round(atMs));
      return;
    }
    const partition = partitionForKey(`${tenant}/${keyKind}/${key}`, this.#correlate.count);
    this.#correlate.at(partition).pipe(signal, Math.round(atMs));
  }
}

/** A topology on as many partitions as its input has. */
class Partitions<I extends RecordName> {
  readonly #topology: Topology<I>;
  readonly #drivers: readonly TopologyTestDriver<I>[];

  constructor(topology: Topology<I>, count: number, startMs: number) {
    this.#topology = topology;
    // Nothing crashes here: what a recovery would read would only cost time and memory.
    const options = { startMs, autoCommit: false, snapshots: NO_SNAPSHOTS, recoverable: false };
    this.#drivers = Array.from(
      { length: count },
      (_, partition) => new TopologyTestDriver(topology, { ...options, partition }),
    );
  }

  get count(): number {
    return this.#drivers.length;
  }

  /** The latest clock, ms */
  get now(): number {
    return Math.max(...this.#drivers.map(({ now }) => now));
  }

  /** Reasons for messages that could not be read, or records that could not be processed */
  get buried(): string[] {
    return this.#drivers.flatMap(({ deadLetterEvents }) => deadLetterEvents.map(({ reason }) => reason));
  }

  at(partition: number): TopologyTestDriver<I> {
    const driver = this.#drivers[partition];
    if (driver) return driver;
    throw new RangeError(`there is no partition ${partition} of ${this.count}`);
  }

  advanceTo(ms: number): void {
    for (const driver of this.#drivers) driver.advance(Math.max(0, ms - driver.now));
  }

  commit(): void {
    for (const driver of this.#drivers) driver.commit();
  }

  /** What was written to a topic and not taken before. */
  takeOutputs<N extends RecordName>(topic: string): RecordTypes[N][] {
    return this.#drivers.flatMap((driver) => driver.takeOutputs<N>(topic));
  }

  /** What was written to a topic, partition by partition; nothing where the topology does not write to it. */
  outputs<N extends RecordName>(topic: string): RecordTypes[N][] {
    if (topic !== DEAD_LETTERS && !(topic in this.#topology.outputs)) return [];
    return this.#drivers.flatMap((driver) => driver.outputs<N>(topic));
  }
}
