import { Worker } from 'node:worker_threads';
import type { Finding } from '@spanwise/schemas';
import { SessionSource } from '@spanwise/simulate';
import { type LedSession, scoreCampaigns } from './campaigns.ts';
import type { Fed, FeedData, Told } from './feed.ts';
import { type FleetPipeline, memoryPipeline } from './fleet-pipeline.ts';
import { type EvaluationOptions, mixOf, START_MS } from './options.ts';
import type { Evaluated } from './report.ts';
import { evaluate, type StandingFinding } from './score.ts';
import { aucOf, brierOf, judgementsOf } from './verdicts.ts';

/** Sessions that have begun and spans that were judged. */
export type Progress = (sessions: number, spans: number) => void;

export interface Watch {
  readonly onProgress?: Progress;
  /** Calls the evaluation off: it throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Lets a fleet live in simulated time, judges its spans as the services would, and compares what is found with what was put
 * there. The fleet lives in a thread of its own.
 *
 * @param pipeline default: the topologies on the engine without a broker
 * @throws RangeError for a preset, fault, convention or share that cannot be
 */
export async function evaluateFleet(
  options: EvaluationOptions,
  watch: Watch = {},
  pipeline: FleetPipeline = memoryPipeline(options.startMs ?? START_MS),
): Promise<Evaluated> {
  const { preset, seed, convention, history = 0 } = options;
  // Refuses what cannot be, here and not in the thread.
  const { faults } = new SessionSource(mixOf(options));
  const { conversations, campaigns, arrivedMs, spans } = await fed(options, pipeline, watch);
  const { findings, sessions, problems } = await pipeline.finish(spans);
  const standing = standingOf(findings);
  const judgements = judgementsOf(conversations, sessions);
  return {
    ...{ preset, seed, spans, convention, history, problems },
    evaluation: evaluate(judgedSessions(conversations, standing), faults, arrivedMs),
    verdict: { auc: aucOf(judgements), brier: brierOf(judgements) },
    campaigns: scoreCampaigns(campaigns, findings, ledSessions(conversations)),
    findings: standing,
  };
}

/** By the first run of each conversation. */
const ledSessions = (conversations: readonly (readonly Told[])[]): LedSession[] =>
  conversations.flatMap(([first]) => first?.truths.find((truth) => truth.type === 'run') ?? []);

/** Hands the fleet's spans to the pipeline until it has lived. Returns what was put where. */
function fed(
  options: EvaluationOptions,
  pipeline: FleetPipeline,
  { onProgress, signal }: Watch,
): Promise<Extract<Fed, { type: 'truth' }>> {
  const underWay = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const waiting = new Int32Array(underWay);
  const workerData: FeedData = { options, underWay };
  let spans = 0;
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./feed.ts', import.meta.url), { workerData });
    const end = (error: unknown) => {
      reject(error);
      void worker.terminate();
    };
    const callOff = () => end(signal?.reason);
    if (signal?.aborted) callOff();
    signal?.addEventListener('abort', callOff);
    worker.once('error', reject);
    let turn = Promise.resolve();
    worker.on('message', (fed: Fed) => {
      turn = turn.then(() => take(fed)).catch(end);
    });
    worker.once('exit', (code) => {
      signal?.removeEventListener('abort', callOff);
      // what it told before it ended is taken first
      void turn.then(() => reject(new Error(`the fleet's thread ended early, with code ${code}`)));
    });

    async function take(fed: Fed): Promise<void> {
      if (fed.type === 'truth') {
        resolve(fed);
        return;
      }
      for (const message of fed.messages) {
        await pipeline.receive(message);
        spans += message.spans;
      }
      Atomics.sub(waiting, 0, 1);
      Atomics.notify(waiting, 0);
      onProgress?.(fed.sessions, spans);
    }
  });
}

function* judgedSessions(conversations: readonly (readonly Told[])[], findings: readonly StandingFinding[]) {
  const byTrace = Map.groupBy(findings, ({ traceId }) => traceId);
  for (const runs of conversations) {
    yield {
      truths: runs.flatMap(({ truths }) => truths),
      findings: runs.flatMap(({ traceId }) => byTrace.get(traceId) ?? []),
    };
  }
}

/**
 * The last revision of each finding that was not taken back, with the times of the first. Log time, in which detectors live,
 * stands still while a span is held to be reordered: a finding at the release of a span has no delay.
 */
function standingOf(revisions: readonly Finding[]): StandingFinding[] {
  const byId = new Map<string, StandingFinding>();
  for (const finding of revisions) {
    const first = byId.get(finding.findingId);
    const { toldMs = finding.detectedTime / 1_000, delayMs = toldMs - finding.receivedTime / 1_000 } = first ?? {};
    byId.set(finding.findingId, { ...finding, toldMs, delayMs });
  }
  return [...byId.values()].filter(({ withdrawn }) => !withdrawn);
}
