import type { Finding } from '@spanwise/schemas';
import { SessionSource } from '../generate.ts';
import { presetOf } from '../preset.ts';
import { Random } from '../random.ts';
import type { SimulatedRun } from '../run.ts';
import { arrivalsOf } from './arrivals.ts';
import { type Judged, MemoryPipeline } from './pipeline.ts';
import type { Evaluated } from './report.ts';
import { evaluate, type StandingFinding } from './score.ts';
import { aucOf, brierOf, judgementsOf } from './verdicts.ts';

export interface EvaluationOptions {
  readonly preset: string;
  readonly sessions: number;
  readonly seed: number;
  /** `all`, or the only one */
  readonly convention: string;
  readonly faults?: readonly string[];
  readonly faultShare?: number;
  readonly negativeShare?: number;
  /** Called after every hundred sessions */
  readonly onProgress?: (sessions: number, spans: number) => void;
}

/** What is remembered of a run to judge it by. */
type Told = Pick<SimulatedRun, 'traceId' | 'truths'>;

const START_MS = Date.UTC(2026, 0, 5, 6);
const DAY_MS = 86_400_000;
/** Of all sessions at most this share comes before the first fault. */
const MOST_FAULTLESS = 0.1;

/**
 * Lets a fleet live in simulated time, judges its spans as the services would, and compares what is found with what was put
 * there.
 *
 * @throws RangeError for a preset, fault, convention or share that cannot be
 */
export function evaluateFleet(options: EvaluationOptions): Evaluated {
  const { seed, convention, sessions: count } = options;
  const preset = presetOf(options.preset);
  const faults = options.faults ?? preset.faults;
  const source = new SessionSource({
    ...options,
    faultlessSessions: Math.min(preset.faultlessSessions, Math.floor(count * MOST_FAULTLESS)),
    ...(convention === 'all' ? {} : { conventions: [convention] }),
  });
  const conversations: Told[][] = [];
  const pipeline = new MemoryPipeline(START_MS);
  let spans = 0;
  const { resendShare, lateShare } = preset;
  /** When the spans of faults arrived, milliseconds. */
  const arrivedMs = new Map<string, number>();
  for (const arrival of arrivalsOf(fleet(), { seed, resendShare, lateShare })) {
    pipeline.receive(arrival);
    for (const { span } of arrival.spans)
      if (arrivedMs.get(span.spanId) === 0) arrivedMs.set(span.spanId, arrival.atMs);
  }
  const judged = pipeline.finish();
  const judgements = judgementsOf(conversations, judged.sessions);
  return {
    preset: preset.name,
    seed,
    spans,
    convention,
    evaluation: evaluate(judgedSessions(conversations, judged), faults, arrivedMs),
    verdict: { auc: aucOf(judgements), brier: brierOf(judgements) },
    problems: judged.deadLetters,
  };

  function* fleet(): Generator<SimulatedRun[]> {
    const random = new Random(`${seed} starts`);
    const everyMs = DAY_MS / preset.sessionsPerDay;
    let startMs = START_MS;
    for (let index = 0; index < count; index += 1) {
      // Exponential gaps: users come without knowing of each other.
      startMs += -Math.log(1 - random.unit()) * everyMs;
      const runs = source.session(index, Math.round(startMs));
      conversations.push(runs.map(({ traceId, truths }) => ({ traceId, truths })));
      for (const truth of runs.flatMap(({ truths }) => truths))
        if (truth.type === 'fault') for (const spanId of truth.spans) arrivedMs.set(spanId, 0);
      spans += runs.reduce((sum, run) => sum + run.spans.length, 0);
      if (index % 100 === 99) options.onProgress?.(index + 1, spans);
      yield runs;
    }
  }
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
