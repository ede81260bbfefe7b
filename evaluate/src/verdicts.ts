import type { Session } from '@spanwise/schemas';
import type { SimulatedRun } from '@spanwise/simulate';
import { isHarmful } from '@spanwise/simulate';

/** A conversation's probability of failure, and whether it did fail. */
export interface Judgement {
  readonly probability: number;
  readonly failed: boolean;
}

/**
 * The last verdict on each conversation against what was put into it; where the spans of a conversation do not tell that they
 * belong together, the gravest of its parts'.
 */
export function judgementsOf(
  conversations: readonly (readonly Pick<SimulatedRun, 'traceId' | 'truths'>[])[],
  sessions: readonly Session[],
): Judgement[] {
  const byTrace = new Map<string, number>();
  for (const { traceIds, failureProbability } of sessions)
    for (const traceId of traceIds) byTrace.set(traceId, failureProbability);
  return conversations.map((runs) => ({
    probability: Math.max(...runs.map(({ traceId }) => byTrace.get(traceId) ?? 0)),
    failed: runs.some(({ truths }) =>
      truths.some((truth) => truth.type === 'fault' && truth.primary && isHarmful(truth.pattern)),
    ),
  }));
}

/**
 * How surely a failed conversation has the greater probability than one that did not fail, ties counted half: the area under
 * the ROC curve by ranks (Mann and Whitney). Null where all or none failed.
 */
export function aucOf(judgements: readonly Judgement[]): number | null {
  const sorted = judgements.toSorted((a, b) => a.probability - b.probability);
  const failed = sorted.filter((each) => each.failed).length;
  const others = sorted.length - failed;
  if (failed === 0 || others === 0) return null;
  let rankSum = 0;
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && sorted[to]?.probability === sorted[from]?.probability) to += 1;
    const rank = (from + 1 + to) / 2;
    for (const each of sorted.slice(from, to)) if (each.failed) rankSum += rank;
    from = to;
  }
  return (rankSum - (failed * (failed + 1)) / 2) / (failed * others);
}

/** Mean squared error of the probabilities (Brier 1950); null of nothing. */
export function brierOf(judgements: readonly Judgement[]): number | null {
  if (judgements.length === 0) return null;
  const squares = judgements.map(({ probability, failed }) => (probability - Number(failed)) ** 2);
  return squares.reduce((sum, square) => sum + square, 0) / judgements.length;
}
