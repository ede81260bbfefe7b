import { Worker } from 'node:worker_threads';
import { type Judged, MemoryPipeline } from '@spanwise/offline';
import type { Finding } from '@spanwise/schemas';
import { presetOf, SessionSource } from '@spanwise/simulate';
import type { Fed, FeedData, Told } from './feed.ts';
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
 * @throws RangeError for a preset, fault, convention or share that cannot be
 */
export async function evaluateFleet(options: EvaluationOptions, watch: Watch = {}): Promise<Evaluated> {
  const { seed, convention } = options;
  const mix = mixOf(options);
  // Refuses what cannot be, here and not in the thread.
  new SessionSource(mix);
  const pipeline = new MemoryPipeline(START_MS);
  const { conversations, arrivedMs, spans } = await fed(options, pipeline, watch);
  const judged = pipeline.finish();
  const judgements = judgementsOf(conversations, judged.sessions);
  const patterns = options.faults ?? presetOf(options.preset).faults;
  return {
    preset: options.preset,
    seed,
    spans,
    convention,
    evaluation: evaluate(judgedSessions(conversations, judged), patterns, arrivedMs),
    verdict: { auc: aucOf(judgements), brier: brierOf(judgements) },
    problems: judged.deadLetters,
  };
}

/** Hands the fleet's spans to the pipeline until it has lived. Returns what was put where. */
function fed(
  options: EvaluationOptions,
  pipeline: MemoryPipeline,
  { onProgress, signal }: Watch,
): Promise<Extract<Fed, { type: 'truth' }>> {
  const underWay = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const waiting = new Int32Array(underWay);
  const workerData: FeedData = { options, underWay };
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./feed.ts', import.meta.url), { workerData });
    const callOff = () => {
      reject(signal?.reason);
      void worker.terminate();
    };
    signal?.addEventListener('abort', callOff);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      signal?.removeEventListener('abort', callOff);
      reject(new Error(`the fleet's thread ended early, with code ${code}`));
    });
    worker.on('message', (message: Fed) => {
      if (message.type === 'truth') {
        resolve(message);
        return;
      }
      try {
        for (const block of message.blocks) pipeline.receive(block);
      } catch (error) {
        reject(error);
        void worker.terminate();
        return;
      }
      Atomics.sub(waiting, 0, 1);
      Atomics.notify(waiting, 0);
      onProgress?.(message.sessions, pipeline.spans);
    });
  });
}

function* judgedSessions(conversations: readonly (readonly Told[])[], { findings }: Judged) {
  const byTrace = Map.groupBy(standing(findings), ({ traceId }) => traceId);
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
function standing(revisions: readonly Finding[]): StandingFinding[] {
  const byId = new Map<string, StandingFinding>();
  for (const finding of revisions) {
    const first = byId.get(finding.findingId);
    const { toldMs = finding.detectedTime / 1_000, delayMs = toldMs - finding.receivedTime / 1_000 } = first ?? {};
    byId.set(finding.findingId, { ...finding, toldMs, delayMs });
  }
  return [...byId.values()].filter(({ withdrawn }) => !withdrawn);
}
