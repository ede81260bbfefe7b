import { CorrelateMetrics } from '@spanwise/correlate/src/metrics.ts';
import { correlateTopology } from '@spanwise/correlate/src/topology.ts';
import { DetectMetrics } from '@spanwise/detect/src/metrics.ts';
import { detectTopology } from '@spanwise/detect/src/topology.ts';
import type { RunDetector } from '@spanwise/detectors';
import { createRegistry } from '@spanwise/runtime';
import type { DeadLetter, Finding, Run, Session, Signal } from '@spanwise/schemas';
import { DEAD_LETTERS, TopologyTestDriver } from '@spanwise/stream';

/** The services' defaults, milliseconds. */
const REORDER_DELAY_MS = 1_000;
const [RUN_QUIET_MS, RUN_ABANDON_MS, LATE_GRACE_MS, SUMMARY_RETENTION_MS] = [60_000, 1_800_000, 10_000, 900_000];
const [SESSION_GAP_MS, SESSION_RETENTION_MS] = [1_800_000, 86_400_000];
const NO_SNAPSHOTS = { intervalMs: Number.MAX_SAFE_INTEGER, floorBytes: Number.MAX_SAFE_INTEGER };
/** Spans of one commit. */
const COMMIT_EVERY = 2_000;

/** One message of spans. */
export interface SpanBlock {
  /** Log time at which it arrives, ms */
  readonly atMs: number;
  /** Avro records, as `ingest` writes them */
  readonly bytes: Uint8Array;
  /** Records in it */
  readonly spans: number;
}

export interface MemoryPipelineOptions {
  /** Instead of all there are, in their default settings */
  readonly detectors?: readonly RunDetector[];
}

export interface Judged {
  /** Every revision, in the order in which they were told */
  readonly findings: readonly Finding[];
  /** Every revision, in the order in which they were told */
  readonly runs: readonly Run[];
  /** Every revision, in the order in which they were told */
  readonly sessions: readonly Session[];
  /** Reasons for what could not be processed */
  readonly deadLetters: readonly string[];
}

/** What `detect` and `correlate` make of spans, on the engine without a broker: one partition, simulated time. */
export class MemoryPipeline {
  readonly #detect: TopologyTestDriver<'Span'>;
  readonly #correlate: TopologyTestDriver<'Signal'>;
  /** Topics to which `correlate` writes. */
  readonly #correlated: ReadonlySet<string>;
  #spans = 0;
  #uncommitted = 0;

  /** @param startMs log time before the first message */
  constructor(startMs: number, { detectors }: MemoryPipelineOptions = {}) {
    // Nothing crashes here: what a recovery would read would only cost time and memory.
    const options = { startMs, autoCommit: false, snapshots: NO_SNAPSHOTS, recoverable: false };
    const lifetimes = {
      reorderDelayMs: REORDER_DELAY_MS,
      runQuietMs: RUN_QUIET_MS,
      runAbandonMs: RUN_ABANDON_MS,
      lateGraceMs: LATE_GRACE_MS,
      summaryRetentionMs: SUMMARY_RETENTION_MS,
      maxRuns: Number.POSITIVE_INFINITY,
    };
    const detectMetrics = new DetectMetrics(createRegistry(), 50);
    this.#detect = new TopologyTestDriver(detectTopology(lifetimes, detectMetrics, detectors), options);
    const gaps = {
      sessionGapMs: SESSION_GAP_MS,
      sessionRetentionMs: SESSION_RETENTION_MS,
      maxSessions: Number.POSITIVE_INFINITY,
    };
    const correlateMetrics = new CorrelateMetrics(createRegistry(), 50);
    const correlate = correlateTopology(gaps, correlateMetrics);
    this.#correlated = new Set(Object.keys(correlate.outputs));
    this.#correlate = new TopologyTestDriver(correlate, options);
  }

  /** Spans so far, resent ones included */
  get spans(): number {
    return this.#spans;
  }

  /** A message arrives. Messages have to come in the order of time. */
  receive({ atMs, bytes, spans }: SpanBlock): void {
    this.#detect.pipe(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), atMs);
    this.#spans += spans;
    this.#uncommitted += spans;
    if (this.#uncommitted < COMMIT_EVERY) return;
    this.#uncommitted = 0;
    this.#detect.commit();
  }

  /** Waits until every run and conversation has ended, and tells what was found. */
  finish(): Judged {
    for (const ms of [RUN_QUIET_MS + REORDER_DELAY_MS, RUN_ABANDON_MS]) this.#detect.advance(ms);
    this.#detect.commit();
    for (const signal of this.#detect.outputs<'Signal'>('signals')) this.#hear(signal);
    this.#correlate.advance(SESSION_GAP_MS);
    this.#correlate.commit();
    const letters = [...this.#detect.outputs<'DeadLetter'>(DEAD_LETTERS), ...this.#lettersOfCorrelate()];
    return {
      // Not by detectedTime: of spans that leave together, the one that ended first may fall due last.
      findings: [...this.#detect.outputs<'Finding'>('findings'), ...this.#findingsOfCorrelate()],
      runs: this.#detect.outputs<'Run'>('runs'),
      sessions: this.#correlate.outputs<'Session'>('sessions'),
      deadLetters: [
        ...letters.map(({ reason, detail }) => `${reason}: ${detail}`),
        ...[...this.#detect.deadLetterEvents, ...this.#correlate.deadLetterEvents].map(({ reason }) => reason),
      ],
    };
  }

  #hear(signal: Signal): void {
    this.#correlate.pipe(signal, Math.round(signal.emittedTime / 1_000));
  }

  /** Findings that need several runs, where `correlate` has any. */
  #findingsOfCorrelate(): Finding[] {
    return this.#correlated.has('findings') ? this.#correlate.outputs<'Finding'>('findings') : [];
  }

  #lettersOfCorrelate(): DeadLetter[] {
    return this.#correlated.has(DEAD_LETTERS) ? this.#correlate.outputs<'DeadLetter'>(DEAD_LETTERS) : [];
  }
}
