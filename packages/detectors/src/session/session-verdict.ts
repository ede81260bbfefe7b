import type { Finding, Measure, Outcome, Reason, Verdict } from '@spanwise/schemas';
import { type LearnedWeights, learnedLogOdds } from '../judge/learned-verdict.ts';
import { isSerious, logOdds, MAX_REASONS, probability, reasonsOf } from '../judge/verdict.ts';
import { baseLogOdds } from '../judge/verdict-priors.ts';
import type { RunSummary } from './run-summary.ts';
import { evidenceOfSession, mergeMeasures } from './session-evidence.ts';
import { outcomeLogOdds, verdictWith, withOutcomes } from './session-outcomes.ts';

/** A session as judged, and what the judgement rests on. */
export interface WeighedSession {
  judgement: SessionJudgement;
  /** Log-odds of failure by the documented weights, without what was said of its outcome. */
  priorLogOdds: number;
  evidence: Measure[];
}

/** What is known of a session besides its runs. */
export interface SessionContext {
  /** Who led it. */
  agent: string;
  /** What was found of it across runs, by the agents' other sessions for example. */
  across: readonly Finding[];
  /** What was said of how it went, the latest of each source. */
  outcomes: readonly Outcome[];
  /** What labels of other sessions have taught. */
  learned: LearnedWeights;
}

export interface SessionJudgement {
  verdict: Verdict;
  failureProbability: number;
  reasons: Reason[];
  rootCauseTraceId: string;
  rootCauseSpanId: string;
}

/** What an earlier run's failure weighs against the last run's: what came after it may have put it right. */
const EARLIER_SHARE = 0.5;

/** What an earlier run must exceed to count at all: the chance of failure of any run of this many operations. */
const ORDINARY_LOG_ODDS = baseLogOdds(30);

const excess = (run: { failureProbability: number }): number =>
  Math.max(0, logOdds(run.failureProbability) - ORDINARY_LOG_ODDS);

/**
 * Judges a conversation by its runs. The **last** run decides how it ended: its failure or abandonment is the session's. An
 * earlier run that was not correct leaves a session that ended well `suspect`. The probability adds the last run's
 * evidence in full and that of earlier runs at one half, a quarter, … in order of weight, so that a long conversation is
 * not suspicious for being long; a session of one run has its run's probability.
 *
 * @param runs oldest first, at least one
 * @param formerLogOdds evidence of runs that were folded away, in log-odds above an ordinary run's
 * @param formerlyBad a run that was folded away was not correct
 * @param formerMeasures measures of those runs
 */
export function judgeSession(
  runs: readonly RunSummary[],
  formerLogOdds: number,
  formerlyBad: boolean,
  formerMeasures: readonly Measure[],
  { agent, across, outcomes, learned }: SessionContext,
): WeighedSession {
  const last = runs.at(-1);
  const earlier = runs.slice(0, -1);
  let odds = last ? logOdds(last.failureProbability) : ORDINARY_LOG_ODDS;
  let share = EARLIER_SHARE;
  const before = [...earlier.map(excess), formerLogOdds].sort((a, b) => b - a);
  for (const weight of before) {
    odds += weight * share;
    share *= EARLIER_SHARE;
  }
  const acrossReasons = reasonsOf(across);
  for (const { weight } of acrossReasons) odds += weight;
  const reasons = runs
    .flatMap((run) =>
      run.reasons.map((reason) => (run === last ? reason : { ...reason, weight: reason.weight * EARLIER_SHARE })),
    )
    .concat(acrossReasons)
    // of equals the first: runs are in order of time, and so are the reasons of each
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MAX_REASONS);

  let verdict: Verdict = last?.verdict ?? 'correct';
  if (verdict === 'correct' && (formerlyBad || earlier.some((run) => run.verdict !== 'correct'))) verdict = 'suspect';
  if (verdict === 'correct' && across.some(isSerious)) verdict = 'suspect';
  const worst = [...runs].sort(
    (a, b) => excess(b) * (b === last ? 1 : EARLIER_SHARE) - excess(a) * (a === last ? 1 : EARLIER_SHARE),
  );
  const cause = worst.find((run) => run.rootCauseSpanId !== '');
  const found = across.find(isSerious);
  const measures = mergeMeasures([formerMeasures, ...runs.map((run) => run.measures ?? [])]);
  const evidence = evidenceOfSession({ reasons }, odds, measures, agent);
  const judgement = {
    verdict: verdictWith(verdict, outcomes),
    failureProbability: probability(odds + learnedLogOdds(evidence, learned) + outcomeLogOdds(outcomes)),
    reasons: withOutcomes(reasons, outcomes),
    rootCauseTraceId: cause?.traceId ?? found?.rootCauseTraceId ?? '',
    rootCauseSpanId: cause?.rootCauseSpanId ?? found?.rootCauseSpanId ?? '',
  };
  return { judgement, priorLogOdds: odds, evidence };
}

/** The evidence of a run that is folded away, in log-odds above an ordinary run's. */
export const evidenceOf = excess;
