/** The worker thread that lets a fleet live: generates its runs and hands its spans over as messages, in the order of time. */
import { parentPort, workerData } from 'node:worker_threads';
import {
  arrivalsOf,
  type CampaignTruth,
  Random,
  SessionSource,
  type SimulatedRun,
  spanBlocks,
} from '@spanwise/simulate';
import { type FleetMessage, partitions } from './fleet-pipeline.ts';
import { type EvaluationOptions, mixOf, START_MS, sessionsLived } from './options.ts';

/** What is remembered of a run to judge it by. */
export type Told = Pick<SimulatedRun, 'traceId' | 'truths'>;

/** What the worker tells: some messages, or, last, what was put where. */
export type Fed =
  | { readonly type: 'messages'; readonly messages: readonly FleetMessage[]; readonly sessions: number }
  | {
      readonly type: 'truth';
      readonly conversations: readonly (readonly Told[])[];
      /** What holds over the fleet */
      readonly campaigns: readonly CampaignTruth[];
      readonly arrivedMs: ReadonlyMap<string, number>;
      /** Distinct ones */
      readonly spans: number;
    };

export interface FeedData {
  readonly options: EvaluationOptions;
  /** Counts parcels that were sent and not taken yet. */
  readonly underWay: SharedArrayBuffer;
}

const MESSAGES_OF_A_PARCEL = 200;
/** So many parcels may wait; each is about a megabyte. */
const MOST_UNDER_WAY = 16;
const DAY_MS = 86_400_000;

const { options, underWay } = workerData as FeedData;
const waiting = new Int32Array(underWay);
const source = new SessionSource(mixOf(options));
const conversations: Told[][] = [];
/** When the spans of faults arrived, milliseconds. */
const arrivedMs = new Map<string, number>();
let messages: FleetMessage[] = [];
let distinctSpans = 0;

const { resendShare, lateShare } = source.preset;
for (const { atMs, tenant, spans } of arrivalsOf(fleet(), { seed: options.seed, resendShare, lateShare })) {
  for (const { span } of spans) if (arrivedMs.get(span.spanId) === 0) arrivedMs.set(span.spanId, atMs);
  for (const { partition, value, spans: count } of spanBlocks(spans, { tenant, receivedMs: atMs, partitions })) {
    messages.push({ partition, atMs: Math.round(atMs), bytes: value, spans: count });
  }
  if (messages.length >= MESSAGES_OF_A_PARCEL) send();
}
send();
const campaigns = source.campaigns(options.startMs ?? START_MS);
tell({ type: 'truth', conversations, campaigns, arrivedMs, spans: distinctSpans });

function* fleet(): Generator<SimulatedRun[]> {
  const random = new Random(`${options.seed} starts`);
  const everyMs = DAY_MS / source.preset.sessionsPerDay;
  let startMs = options.startMs ?? START_MS;
  for (let index = 0; index < sessionsLived(options); index += 1) {
    // Exponential gaps: users come without knowing of each other.
    startMs += -Math.log(1 - random.unit()) * everyMs;
    const runs = source.session(index, Math.round(startMs));
    for (const ofOne of Map.groupBy(runs, ({ sessionId }) => sessionId).values())
      conversations.push(ofOne.map(({ traceId, truths }) => ({ traceId, truths })));
    distinctSpans += runs.reduce((sum, run) => sum + run.spans.length, 0);
    for (const truth of runs.flatMap(({ truths }) => truths))
      if (truth.type === 'fault') for (const spanId of truth.spans) arrivedMs.set(spanId, 0);
    yield runs;
  }
}

function send(): void {
  tell({ type: 'messages', messages, sessions: conversations.length });
  messages = [];
  const count = Atomics.add(waiting, 0, 1) + 1;
  if (count >= MOST_UNDER_WAY) Atomics.wait(waiting, 0, count);
}

function tell(fed: Fed): void {
  parentPort?.postMessage(fed);
}
