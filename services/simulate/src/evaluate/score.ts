import type { Finding } from '@spanwise/schemas';
import { type FaultName, type FaultTruth, faultNames, type NegativeTruth, type Truth } from '../truth.ts';

/** What was found in one run, against what was put there. */
export interface JudgedRun {
  readonly truths: readonly Truth[];
  /** Findings that stand when the run has ended. */
  readonly findings: readonly Finding[];
}

export interface PatternScore {
  readonly pattern: FaultName;
  /** Faults that were put in, consequences of others included. */
  truths: number;
  found: number;
  /** Faults that were what an injector was for, and those of them that were found. */
  primary: number;
  primaryFound: number;
  /** Findings; those that answer no truth, a second one for the same fault among them. */
  findings: number;
  spurious: number;
  /** Of the found: reported at a span that is part of the fault. */
  localised: number;
  /** Of the found: began where the truth says. */
  rootCauses: number;
  /** Findings above `info` in clean runs that answer no truth: of them, those at spans of a hard negative of this pattern. */
  falseAlarms: number;
  onNegatives: number;
}

/** A truth without a finding, or a finding without a truth. */
export interface Mistake {
  readonly kind: 'missed' | 'spurious';
  readonly pattern: FaultName;
  readonly truth?: FaultTruth;
  readonly finding?: Finding;
  readonly clean: boolean;
}

export interface Evaluation {
  readonly runs: number;
  readonly cleanRuns: number;
  /** Clean runs with at least one false alarm of any pattern. */
  readonly alarmedCleanRuns: number;
  readonly patterns: readonly PatternScore[];
  readonly mistakes: readonly Mistake[];
}

/**
 * Compares findings with truths, run by run. Within run and pattern each truth is answered by at most one finding: first by
 * one at a span of it, then by any that is left, which then counts as found at the wrong place.
 */
export function evaluate(runs: Iterable<JudgedRun>): Evaluation {
  const scores = new Map(faultNames.map((pattern) => [pattern, newScore(pattern)]));
  const mistakes: Mistake[] = [];
  const counts = { runs: 0, cleanRuns: 0, alarmedCleanRuns: 0 };
  for (const run of runs) {
    const clean = run.truths.some((truth) => truth.type === 'run' && truth.clean);
    let isAlarmed = false;
    for (const score of scores.values()) if (judgePattern(run, clean, score, mistakes)) isAlarmed = true;
    counts.runs += 1;
    if (clean) counts.cleanRuns += 1;
    if (isAlarmed) counts.alarmedCleanRuns += 1;
  }
  return { ...counts, patterns: [...scores.values()], mistakes };
}

/** Adds a run to a pattern's score; true where the run is clean and the pattern raised an alarm. */
function judgePattern(run: JudgedRun, clean: boolean, score: PatternScore, mistakes: Mistake[]): boolean {
  const { pattern } = score;
  const faults = run.truths.filter((each): each is FaultTruth => each.type === 'fault' && each.pattern === pattern);
  const left = new Set(run.findings.filter((finding) => finding.pattern === pattern));
  score.findings += left.size;
  for (const [truth, finding] of answers(faults, left)) {
    score.truths += 1;
    if (truth.primary) score.primary += 1;
    if (!finding) {
      mistakes.push({ kind: 'missed', pattern, truth, clean });
      continue;
    }
    left.delete(finding);
    score.found += 1;
    if (truth.primary) score.primaryFound += 1;
    if (truth.spans.includes(finding.spanId)) score.localised += 1;
    if (finding.rootCauseSpanId === truth.rootCauseSpanId) score.rootCauses += 1;
  }
  const negatives = run.truths.filter(
    (each): each is NegativeTruth => each.type === 'negative' && each.pattern === pattern,
  );
  let isAlarmed = false;
  for (const finding of left) {
    score.spurious += 1;
    mistakes.push({ kind: 'spurious', pattern, finding, clean });
    if (!clean || finding.severity === 'info') continue;
    isAlarmed = true;
    score.falseAlarms += 1;
    if (negatives.some(({ spans }) => spans.includes(finding.spanId))) score.onNegatives += 1;
  }
  return isAlarmed;
}

/** Each fault with the finding that answers it. */
function answers(faults: readonly FaultTruth[], findings: ReadonlySet<Finding>): [FaultTruth, Finding | undefined][] {
  const left = new Set(findings);
  const take = (fits: (finding: Finding) => boolean): Finding | undefined => {
    const finding = [...left].find(fits);
    if (finding) left.delete(finding);
    return finding;
  };
  const atPlace = new Map(
    faults.map((truth) => [
      truth,
      take(({ spanId }) => spanId === truth.spanId) ?? take(({ spanId }) => truth.spans.includes(spanId)),
    ]),
  );
  return faults.map((truth) => [truth, atPlace.get(truth) ?? take(() => true)]);
}

const newScore = (pattern: FaultName): PatternScore => ({
  pattern,
  truths: 0,
  found: 0,
  primary: 0,
  primaryFound: 0,
  findings: 0,
  spurious: 0,
  localised: 0,
  rootCauses: 0,
  falseAlarms: 0,
  onNegatives: 0,
});
