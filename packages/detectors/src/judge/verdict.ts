import type { Finding, Measure, Reason, Verdict } from '@spanwise/schemas';
import type { RunEnd } from '../detector/detector.ts';
import type { Step } from '../detector/step.ts';
import { measureLogOdds } from './learned-verdict.ts';
import {
  ABANDONED_WEIGHT,
  baseLogOdds,
  DEFAULT_WEIGHT,
  PATTERN_WEIGHTS,
  REPEAT_SHARE,
  RUN_FAILED_WEIGHT,
  SEVERITY_SHARE,
} from './verdict-priors.ts';

export interface Judgement {
  verdict: Verdict;
  /** 0 to 1. */
  failureProbability: number;
  /** In order of weight, at most 16. */
  reasons: Reason[];
  /** Span where the run first went wrong: see `firstDivergence`; empty for a run without any failure. */
  rootCauseSpanId: string;
}

export const MAX_REASONS = 16;

/** A probability from log-odds, rounded to six digits so that it reads the same on every machine. */
export const probability = (logOdds: number): number => Math.round(1e6 / (1 + Math.exp(-logOdds))) / 1e6;

export const logOdds = (p: number): number => {
  const inside = Math.min(0.999999, Math.max(0.000001, p));
  return Math.log(inside / (1 - inside));
};

const weightOf = (finding: Finding): number =>
  (PATTERN_WEIGHTS[finding.pattern] ?? DEFAULT_WEIGHT) * SEVERITY_SHARE[finding.severity] * finding.confidence;

/** What findings add to the log-odds of failure, as reasons: the weightiest first. */
export const reasonsOf = (findings: Iterable<Finding>): Reason[] => weigh(findings).map(reasonOf);

const reasonOf = ({ finding, weight }: Weighed): Reason => ({
  pattern: finding.pattern,
  findingId: finding.findingId,
  weight: Math.round(weight * 1e4) / 1e4,
  traceId: finding.traceId,
  spanId: finding.spanId,
  summary: finding.summary,
});

const aboveInfo = (finding: Finding): boolean => finding.severity !== 'info';

/** Severe enough to say that the run did not go the right way. */
export const isSerious = (finding: Finding): boolean =>
  finding.confidence >= 0.5 && finding.severity !== 'info' && finding.severity !== 'low';

interface Weighed {
  finding: Finding;
  weight: number;
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The weightiest first; of equals the one that happened first, so that the same run under another id reads the same. */
const inOrder = ({ finding: a, weight: weightOfA }: Weighed, { finding: b, weight: weightOfB }: Weighed): number =>
  weightOfB - weightOfA ||
  a.eventTime - b.eventTime ||
  byText(a.spanId, b.spanId) ||
  byText(a.pattern, b.pattern) ||
  byText(a.findingId, b.findingId);

/** Each finding with what it adds to the log-odds: findings of one pattern saturate, the weightiest counts in full. */
function weigh(findings: Iterable<Finding>): Weighed[] {
  // What follows from another finding is that finding's weight.
  const own = [...findings].filter(({ supersededBy }) => supersededBy === '');
  const weighed = own.map((finding) => ({ finding, weight: weightOf(finding) })).sort(inOrder);
  const share = new Map<string, number>();
  for (const entry of weighed) {
    const now = share.get(entry.finding.pattern) ?? 1;
    entry.weight *= now;
    share.set(entry.finding.pattern, now * REPEAT_SHARE);
  }
  return weighed.sort(inOrder);
}

/** A finding weighs enough, beside the weightiest, for the run to have gone wrong where it began. */
const WEIGHTY_SHARE = 1 / 3;

/**
 * Where the run first went wrong: of the findings that follow from no other and weigh at least a third of the weightiest, the span in
 * which the earliest began. By its end: a step that went wrong ends before those above it that show it.
 */
function firstDivergence(
  weighed: readonly Weighed[],
  endOf: (spanId: string) => number | undefined,
): Finding | undefined {
  const own = weighed.filter(({ finding }) => aboveInfo(finding));
  const [weightiest] = own;
  if (!weightiest) return undefined;
  let first = weightiest.finding;
  let earliest = endOf(first.rootCauseSpanId) ?? Number.POSITIVE_INFINITY;
  for (const { finding, weight } of own) {
    if (weight < WEIGHTY_SHARE * weightiest.weight) continue;
    const end = endOf(finding.rootCauseSpanId);
    if (end === undefined || end >= earliest) continue;
    first = finding;
    earliest = end;
  }
  return first;
}

/**
 * Judges a run by its findings and its end.
 *
 * - `abandoned`: its end never came;
 * - `failed`: it ended in an error itself;
 * - `suspect`: it completed, and a finding of medium severity or above says that it did so in the wrong way;
 * - `correct`: otherwise.
 *
 * The probability is independent of these classes: it sums the evidence, weak findings included.
 *
 * @param findings what stands, `info` included
 * @param operations inferences and tool calls of the run
 * @param failure the span with which the run as a whole failed, if it did
 * @param endOf when a span of the run ended, microseconds; undefined for one that is not known any more
 * @param measures other evidence than findings
 */
export function judgeRun(
  findings: Iterable<Finding>,
  end: RunEnd,
  operations: number,
  failure: Step | undefined,
  endOf: (spanId: string) => number | undefined,
  measures: readonly Measure[] = [],
): Judgement {
  const weighed = weigh(findings);
  let odds = baseLogOdds(operations) + measureLogOdds(measures);
  for (const { weight } of weighed) odds += weight;
  if (failure) odds += RUN_FAILED_WEIGHT;
  if (end === 'abandoned') odds += ABANDONED_WEIGHT;
  let verdict: Verdict = 'correct';
  if (failure) verdict = 'failed';
  else if (end === 'abandoned') verdict = 'abandoned';
  else if (weighed.some(({ finding }) => isSerious(finding))) verdict = 'suspect';
  const reasons = weighed.slice(0, MAX_REASONS).map(reasonOf);
  return {
    verdict,
    failureProbability: probability(odds),
    reasons,
    rootCauseSpanId: firstDivergence(weighed, endOf)?.rootCauseSpanId ?? failure?.spanId ?? '',
  };
}

/**
 * The judgement of a continuation, which knows nothing of what its run had shown before but the former verdict: what had
 * failed or was suspect stays so, what had been abandoned may come to an end after all.
 */
export function amend(seen: Judgement, former: { verdict: Verdict; probability: number }): Judgement {
  const stays = former.verdict === 'failed' || (former.verdict === 'suspect' && seen.verdict === 'correct');
  if (!stays) return seen;
  return {
    ...seen,
    verdict: former.verdict,
    failureProbability: Math.max(seen.failureProbability, former.probability),
  };
}
