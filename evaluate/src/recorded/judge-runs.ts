import { hash64, LabelledLearner } from '@spanwise/detectors';
import { MemoryPipeline } from '@spanwise/offline';
import { encodeBlock, type Labelled, type Session } from '@spanwise/schemas';
import type { RecordedRun } from './read-runs.ts';

const START_MS = Date.UTC(2026, 0, 5, 6);
/** From one run to the next. */
const APART_MS = 3 * 60_000;
/** When its conversation has been judged finally. Eleven others have begun by then: labels come late. */
const LABELLED_AFTER_MS = 33 * 60_000;
const FOLDS = 5;

/** Probabilities of failure by one way to come to them, by trace id. */
export type Probabilities = ReadonlyMap<string, number>;

export interface JudgedRuns {
  /** Nothing is known of any outcome. */
  readonly unlabelled: Probabilities;
  /** Each by what was learnt from those before it. */
  readonly prequential: Probabilities;
  /** Each by what was learnt from tasks of other folds than its own (`foldOf`). */
  readonly unseenTasks: Probabilities;
  /** What could not be processed. */
  readonly problems: readonly string[];
}

/** Judges runs by the topologies of detect and correlate, one after the other in simulated time; first as if nobody knew how they went, then with labels. */
export function judgeRuns(runs: readonly RecordedRun[], onProgress: (line: string) => void): JudgedRuns {
  onProgress('judging without labels');
  const without = judgeInTurn(runs, false);
  onProgress('judging with labels');
  const withLabels = judgeInTurn(runs, true);
  return {
    unlabelled: probabilitiesOf(runs, without.sessions),
    prequential: probabilitiesOf(
      runs,
      // before its own label came
      withLabels.sessions.filter(({ reasons }) => !reasons.some(({ pattern }) => pattern === 'reported_failure')),
    ),
    unseenTasks: crossValidated(runs, withLabels.labelled),
    problems: [...without.deadLetters, ...withLabels.deadLetters],
  };
}

function judgeInTurn(runs: readonly RecordedRun[], isLabelled: boolean) {
  const pipeline = new MemoryPipeline(START_MS);
  for (const [i, { traceId, spans, failed }] of runs.entries()) {
    const atMs = START_MS + i * APART_MS;
    const received = spans.map((span) => ({ ...span, receivedTime: atMs * 1_000 }));
    pipeline.receive({ atMs, bytes: encodeBlock('Span', received), spans: spans.length });
    if (!isLabelled) continue;
    const time = (atMs + LABELLED_AFTER_MS) * 1_000;
    pipeline.tell({
      ...{ tenant: 'default', outcomeId: traceId, sessionId: '', traceId, isSuccess: !failed, score: failed ? 0 : 1 },
      ...{ source: 'label', reason: '', time, receivedTime: time },
    });
  }
  return pipeline.finish();
}

/** By the first final verdict: a label comes after it. */
function probabilitiesOf(runs: readonly RecordedRun[], sessions: readonly Session[]): Probabilities {
  const wanted = new Set(runs.map(({ traceId }) => traceId));
  const probabilities = new Map<string, number>();
  for (const { final, traceIds, failureProbability } of sessions) {
    if (!final) continue;
    for (const id of traceIds) if (wanted.has(id) && !probabilities.has(id)) probabilities.set(id, failureProbability);
  }
  return probabilities;
}

/**
 * One of five folds, by the task. Runs are comparable within a fold only: the others' share of failures, from which a fold's level is learnt, is the greater the smaller its
 * own is, and across folds that would look like a ranking turned round.
 */
export const foldOf = ({ task }: RecordedRun): number => Number(BigInt(`0x${hash64(task)}`) % BigInt(FOLDS));

/** A fold's runs are predicted by weights that were learnt from the others. */
function crossValidated(runs: readonly RecordedRun[], labelled: readonly Labelled[]): Probabilities {
  const bySession = new Map(labelled.map((each) => [each.sessionId, each]));
  const examples = runs.flatMap((run) => {
    const session = run.spans.find(({ conversationId }) => conversationId !== '')?.conversationId ?? run.traceId;
    const example = bySession.get(session);
    return example ? [{ run, example }] : [];
  });
  const probabilities = new Map<string, number>();
  for (let fold = 0; fold < FOLDS; fold++) {
    const learner = new LabelledLearner();
    for (const { run, example } of examples) if (foldOf(run) !== fold) learner.learn(example);
    for (const { run, example } of examples) {
      if (foldOf(run) === fold) probabilities.set(run.traceId, learner.probabilityOf(example));
    }
  }
  return probabilities;
}
