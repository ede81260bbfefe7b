import { kafkaClient, type LocalConfig, type PipelineHandle, startPipeline, tablesOf } from '@spanwise/local';
import { endings } from '@spanwise/offline';
import { type TopicMessage, TopicWriter } from '@spanwise/simulate';
import type { Kafka } from 'kafkajs';
import type { FleetMessage, FleetPipeline, JudgedFleet } from '../fleet-pipeline.ts';
import { conclusionsIn } from './conclusions.ts';
import { tick } from './fleet-clock.ts';
import { endsOf, GroupProgress } from './group-progress.ts';
import { problemsOfTables } from './stored.ts';
import { leaveNothing, ownSurroundings } from './surroundings.ts';

/**
 * So much of the fleet's time may a partition be ahead of another: `correlate` hears of all of them, and its clock is that of
 * the one that is furthest.
 */
const SLICE_MS = 30 * 60_000;
/** Spans that come so shortly before the end of a slice may be held beyond it, to be reordered. */
const HELD_MS = 1_500;
/** A slice that is larger is sent in parts. */
const MOST_WAITING = 8 * 1024 * 1024;

export interface KafkaPipelineOptions {
  /** Servers that are given are used; topics and tables are the evaluation's own, and go with it. */
  readonly config: LocalConfig;
  /** Data and logs */
  readonly dataDir: string;
  readonly onProgress: (line: string) => void;
  readonly signal?: AbortSignal;
}

interface Means {
  readonly kafka: Kafka;
  readonly writer: TopicWriter;
  readonly detect: GroupProgress;
  /** Everything that was started */
  readonly parts: AsyncDisposableStack;
}

/** What stands before a marker is judged within this, or the next tick shows it. */
const MARKER_PATIENCE_MS = 5_000;

/**
 * The services themselves, on Kafka and ClickHouse, in the fleet's time: `spans` and `signals` bear it, and move when this
 * says so. Spans go straight to `spans`, as `ingest` would write them, which lives in real time only.
 */
export class KafkaPipeline implements FleetPipeline {
  readonly #options: KafkaPipelineOptions;
  readonly #pipeline: PipelineHandle;
  readonly #kafka: Kafka;
  readonly #writer: TopicWriter;
  readonly #detect: GroupProgress;
  readonly #parts: AsyncDisposableStack;
  #waiting: TopicMessage[] = [];
  #waitingBytes = 0;
  #sliceEnd = 0;
  #lastMs = 0;
  /** Partitions that got spans in this slice which are judged before its end */
  readonly #touched = new Set<number>();

  private constructor(options: KafkaPipelineOptions, pipeline: PipelineHandle, means: Means) {
    this.#options = options;
    this.#pipeline = pipeline;
    this.#kafka = means.kafka;
    this.#writer = means.writer;
    this.#detect = means.detect;
    this.#parts = means.parts;
  }

  /** @throws what `startPipeline` throws */
  static async start(options: KafkaPipelineOptions): Promise<KafkaPipeline> {
    const { dataDir, onProgress } = options;
    const config = ownSurroundings(options.config);
    const ports = { chosen: {}, others: 'any' } as const;
    await using undo = new AsyncDisposableStack();
    undo.defer(() => leaveNothing(config));
    const pipeline = undo.use(await startPipeline({ config, dataDir, ports, clock: 'messages', onProgress }));
    const kafka = kafkaClient(pipeline.state.brokers);
    const { topicPrefix } = config;
    const writer = undo.use(await TopicWriter.open(kafka, `${topicPrefix}spans`));
    const detect = undo.use(await GroupProgress.open(kafka, `${topicPrefix}detect`, `${topicPrefix}spans`));
    return new KafkaPipeline({ ...options, config }, pipeline, { kafka, writer, detect, parts: undo.move() });
  }

  async receive({ atMs, partition, bytes }: FleetMessage): Promise<void> {
    if (atMs >= this.#sliceEnd) {
      await this.#endSlice();
      this.#sliceEnd = (Math.floor(atMs / SLICE_MS) + 1) * SLICE_MS;
    }
    this.#lastMs = Math.max(this.#lastMs, atMs);
    if (atMs < this.#sliceEnd - HELD_MS) this.#touched.add(partition);
    const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#waiting.push({ partition, value, timeMs: atMs });
    this.#waitingBytes += value.length;
    if (this.#waitingBytes > MOST_WAITING) await this.#send();
  }

  async finish(sent: number): Promise<JudgedFleet> {
    const { config, signal, onProgress } = this.#options;
    const topicOf = (name: string): string => config.topicPrefix + name;
    await this.#endSlice();
    onProgress('Waiting until every run and conversation has ended');
    await tick(this.#writer, 'Span', this.#lastMs + endings.closedMs);
    await tick(this.#writer, 'Span', this.#lastMs + endings.abandonedMs);
    await this.#detect.reach(await endsOf(this.#kafka, topicOf('spans')), signal);
    await this.#endSignals(topicOf('signals'));
    const { findings, sessions, deadLetters } = await conclusionsIn(this.#kafka, config.topicPrefix);
    onProgress('Waiting until everything is stored');
    const tables = tablesOf(this.#pipeline.state, config);
    try {
      const expected = { spans: sent, findings, sessions };
      return { findings, sessions, problems: [...deadLetters, ...(await problemsOfTables(tables, expected, signal))] };
    } finally {
      await tables.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }

  /**
   * Waits until `correlate` has judged all signals, its own answers among them. After each of its transactions stands a marker that no
   * consumer gets to see: what comes behind it, a tick, shows that nothing is left before.
   */
  async #endSignals(topic: string): Promise<void> {
    const { config, signal } = this.#options;
    await using correlate = await GroupProgress.open(this.#kafka, `${config.topicPrefix}correlate`, topic);
    await using writer = await TopicWriter.open(this.#kafka, topic);
    for (let isQuiet = false; !isQuiet; ) {
      await tick(writer, 'Signal', this.#lastMs + endings.sessionsMs);
      const ends = await endsOf(this.#kafka, topic);
      isQuiet =
        (await correlate.reaches(ends, MARKER_PATIENCE_MS, signal)) &&
        String([...ends]) === String([...(await endsOf(this.#kafka, topic))]);
    }
  }

  /** Waits until `detect` has judged all that was sent, and lets its time pass to the end of the slice. */
  async #endSlice(): Promise<void> {
    if (this.#lastMs === 0) return;
    await this.#send();
    const ends = await endsOf(this.#kafka, `${this.#options.config.topicPrefix}spans`);
    await tick(this.#writer, 'Span', this.#sliceEnd);
    // who judged nothing commits seconds later, and nobody has to wait for it
    const touched = [...ends].filter(([partition]) => this.#touched.has(partition));
    await this.#detect.reach(new Map(touched), this.#options.signal);
    this.#touched.clear();
  }

  async #send(): Promise<void> {
    await this.#writer.send(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
