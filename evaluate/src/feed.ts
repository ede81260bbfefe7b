/** The worker thread that lets a fleet live: generates its runs and hands its spans over as blocks, in the order of time. */
import { parentPort, workerData } from 'node:worker_threads';
import { encodeBlock } from '@spanwise/schemas';
import { convertResourceSpans } from '@spanwise/semconv';
import type { SimulatedRun } from '@spanwise/simulate';
import { arrivalsOf, presetOf, Random, resourceSpansOf, SessionSource } from '@spanwise/simulate';
import { type EvaluationOptions, mixOf, START_MS } from './options.ts';

/** What is remembered of a run to judge it by. */
export type Told = Pick<SimulatedRun, 'traceId' | 'truths'>;

/** One message of spans: Avro records as `ingest` writes them. */
export interface Block {
  readonly atMs: number;
  readonly bytes: Uint8Array;
  readonly spans: number;
}

/** What the worker tells: some blocks, or, last, what was put where. */
export type Fed =
  | { readonly type: 'blocks'; readonly blocks: readonly Block[]; readonly sessions: number }
  | {
      readonly type: 'truth';
      readonly conversations: readonly (readonly Told[])[];
      readonly arrivedMs: ReadonlyMap<string, number>;
      /** Distinct ones */
      readonly spans: number;
    };

export interface FeedData {
  readonly options: EvaluationOptions;
  /** Counts parcels that were sent and not taken yet. */
  readonly underWay: SharedArrayBuffer;
}

const BLOCKS_OF_A_PARCEL = 200;
/** So many parcels may wait; each is about a megabyte. */
const MOST_UNDER_WAY = 16;
const DAY_MS = 86_400_000;

const { options, underWay } = workerData as FeedData;
const waiting = new Int32Array(underWay);
const preset = presetOf(options.preset);
const conversations: Told[][] = [];
/** When the spans of faults arrived, milliseconds. */
const arrivedMs = new Map<string, number>();
let blocks: Block[] = [];
let distinctSpans = 0;

const { resendShare, lateShare } = preset;
for (const { atMs, tenant, spans } of arrivalsOf(fleet(), { seed: options.seed, resendShare, lateShare })) {
  for (const { span } of spans) if (arrivedMs.get(span.spanId) === 0) arrivedMs.set(span.spanId, atMs);
  const converted = convertResourceSpans(resourceSpansOf(spans), { tenant, receivedTimeUs: Math.round(atMs * 1_000) });
  blocks.push({ atMs: Math.round(atMs), bytes: encodeBlock('Span', converted), spans: converted.length });
  if (blocks.length >= BLOCKS_OF_A_PARCEL) send();
}
send();
tell({ type: 'truth', conversations, arrivedMs, spans: distinctSpans });

function* fleet(): Generator<SimulatedRun[]> {
  const source = new SessionSource(mixOf(options));
  const random = new Random(`${options.seed} starts`);
  const everyMs = DAY_MS / preset.sessionsPerDay;
  let startMs = START_MS;
  for (let index = 0; index < options.sessions; index += 1) {
    // Exponential gaps: users come without knowing of each other.
    startMs += -Math.log(1 - random.unit()) * everyMs;
    const runs = source.session(index, Math.round(startMs));
    conversations.push(runs.map(({ traceId, truths }) => ({ traceId, truths })));
    distinctSpans += runs.reduce((sum, run) => sum + run.spans.length, 0);
    for (const truth of runs.flatMap(({ truths }) => truths))
      if (truth.type === 'fault') for (const spanId of truth.spans) arrivedMs.set(spanId, 0);
    yield runs;
  }
}

function send(): void {
  tell({ type: 'blocks', blocks, sessions: conversations.length });
  blocks = [];
  const count = Atomics.add(waiting, 0, 1) + 1;
  if (count >= MOST_UNDER_WAY) Atomics.wait(waiting, 0, count);
}

function tell(fed: Fed): void {
  parentPort?.postMessage(fed);
}
