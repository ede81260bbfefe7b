import type { Finding } from '@spanwise/schemas';
import type { FaultTruth, NegativeTruth, Truth } from '@spanwise/simulate';
import { consequencesOf } from './consequences.ts';

/** A conversation: what was put there, against what was found. */
export interface JudgedSession {
  readonly truths: readonly Truth[];
  /** Findings that stand in the end */
  readonly findings: readonly StandingFinding[];
}

export interface StandingFinding extends Finding {
  /** When it was told first, log time in milliseconds */
  readonly toldMs: number;
  /** From the release of the span that decided it to when it was told first, milliseconds */
  readonly delayMs: number;
}

export interface PatternScore {
  readonly pattern: string;
  /** Faults that were put in, what follows from others included; without those that one may see or not. */
  injected: number;
  detected: number;
  /**
   * Findings but those of what one may see or not, and consequences; those that answer nothing, a second one for the same
   * fault among them.
   */
  findings: number;
  spurious: number;
  /** Findings that answer nothing themselves and are told as consequences of one of their run that does: neither right nor wrong. */
  consequences: number;
  /** Of the detected: reported at a span that is part of the fault. */
  localised: number;
  /** Of the detected: began where the truth says. */
  rootCauses: number;
  /** Findings above `info` in clean sessions: of them, those at spans of a hard negative of this pattern. */
  falseAlarms: number;
  onNegatives: number;
  readonly delaysMs: number[];
  /** From the release of the fault's last span to the finding: also until something decides it. */
  readonly lagsMs: number[];
}

/** A truth without a finding, or a finding without a truth. */
export interface Mistake {
  readonly kind: 'missed' | 'spurious' | 'misplaced' | 'other_cause';
  readonly pattern: string;
  readonly truth?: FaultTruth;
  readonly finding?: Finding;
  /** What was there instead: a fault, a hard negative, or nothing. */
  readonly instead: string;
  readonly clean: boolean;
}

export interface Evaluation {
  readonly sessions: number;
  readonly cleanSessions: number;
  /** Clean sessions with at least one false alarm of any pattern. */
  readonly alarmedCleanSessions: number;
  readonly patterns: readonly PatternScore[];
  readonly mistakes: readonly Mistake[];
}

/**
 * Compares findings with truths, conversation by conversation. Each truth is answered by at most one finding of its pattern:
 * first by one at a span of it, then by any that is left in its run, which then counts as found at the wrong place.
 *
 * @param arrivedMs when the spans of faults arrived
 */
export function evaluate(
  sessions: Iterable<JudgedSession>,
  patterns: readonly string[],
  arrivedMs: ReadonlyMap<string, number> = new Map(),
): Evaluation {
  const scores = new Map(patterns.map((pattern) => [pattern, newScore(pattern)]));
  const mistakes: Mistake[] = [];
  const counts = { sessions: 0, cleanSessions: 0, alarmedCleanSessions: 0 };
  for (const session of sessions) {
    for (const { pattern } of session.findings) if (!scores.has(pattern)) scores.set(pattern, newScore(pattern));
    const clean = isClean(session.truths);
    let isAlarmed = false;
    const answered = new Map([...scores.keys()].map((pattern) => [pattern, answersIn(session, pattern)]));
    const right = [...answered.values()].flat().flatMap(([, finding]) => finding ?? []);
    // Where nothing was put in, nothing follows from it.
    const consequences = clean ? new Set<Finding>() : consequencesOf(session.findings, new Set(right));
    for (const score of scores.values()) {
      const answers = answered.get(score.pattern) ?? [];
      const { told, alarms } = judgePattern({ ...session, clean, answers, consequences }, score, mistakes);
      for (const { truth, finding } of told) {
        const last = Math.max(...truth.spans.map((spanId) => arrivedMs.get(spanId) ?? finding.toldMs));
        score.lagsMs.push(Math.max(0, finding.toldMs - last));
      }
      if (alarms > 0) isAlarmed = true;
    }
    counts.sessions += 1;
    if (clean) counts.cleanSessions += 1;
    if (isAlarmed) counts.alarmedCleanSessions += 1;
  }
  return { ...counts, patterns: [...scores.values()], mistakes };
}

export const isClean = (truths: readonly Truth[]): boolean =>
  truths.every((truth) => truth.type !== 'run' || truth.clean);

/** A fault, and the finding that answers it, if any. */
type Answer = readonly [FaultTruth, StandingFinding | undefined];

interface PatternInSession extends JudgedSession {
  readonly clean: boolean;
  /** To the faults of the pattern */
  readonly answers: readonly Answer[];
  readonly consequences: ReadonlySet<Finding>;
}

interface Told {
  readonly truth: FaultTruth;
  readonly finding: StandingFinding;
}

/** Adds a conversation to a pattern's score. Returns what was found, and how many alarms were false in a clean one. */
function judgePattern(
  { truths, findings, clean, answers, consequences }: PatternInSession,
  score: PatternScore,
  mistakes: Mistake[],
): { told: Told[]; alarms: number } {
  const { pattern } = score;
  const told: Told[] = [];
  const left = new Set(findings.filter((finding) => finding.pattern === pattern));
  for (const [truth, finding] of answers) {
    if (finding) left.delete(finding);
    if (truth.arguable) continue;
    score.injected += 1;
    if (!finding) {
      mistakes.push({ kind: 'missed', pattern, truth, clean, instead: nameOf(truth) });
      continue;
    }
    score.findings += 1;
    score.detected += 1;
    told.push({ truth, finding });
    score.delaysMs.push(finding.delayMs);
    if (truth.spans.includes(finding.spanId)) score.localised += 1;
    else mistakes.push({ kind: 'misplaced', pattern, truth, finding, clean, instead: nameOf(truth) });
    if (isCause(finding.rootCauseSpanId, truth)) score.rootCauses += 1;
    else mistakes.push({ kind: 'other_cause', pattern, truth, finding, clean, instead: nameOf(truth) });
  }
  let alarms = 0;
  for (const finding of left) {
    if (consequences.has(finding)) {
      score.consequences += 1;
      continue;
    }
    score.findings += 1;
    score.spurious += 1;
    const instead = whatIsAt(finding, truths);
    mistakes.push({ kind: 'spurious', pattern, finding, clean, instead });
    if (!clean || finding.severity === 'info') continue;
    alarms += 1;
    score.falseAlarms += 1;
    if (instead.startsWith('negative')) score.onNegatives += 1;
  }
  return { told, alarms };
}

const isCause = (spanId: string, { rootCauseSpanId, otherCauses }: FaultTruth): boolean =>
  spanId === rootCauseSpanId || otherCauses.includes(spanId);

const nameOf = (truth: FaultTruth | NegativeTruth): string =>
  `${truth.type === 'negative' ? 'negative ' : `${truth.pattern} `}${truth.variant}`;

/** What the truths say of the place of a finding: a fault or a hard negative at its span, else one of its run. */
function whatIsAt({ spanId, traceId }: Finding, truths: readonly Truth[]): string {
  const told = truths.filter((truth): truth is FaultTruth | NegativeTruth => truth.type !== 'run');
  const at = told.find(({ spans }) => spans.includes(spanId)) ?? told.find((truth) => truth.traceId === traceId);
  return at ? nameOf(at) : 'nothing';
}

/** Each fault of a pattern with the finding that answers it; those that count first. */
function answersIn({ truths, findings }: JudgedSession, pattern: string): Answer[] {
  const faults = truths.filter((each): each is FaultTruth => each.type === 'fault' && each.pattern === pattern);
  const left = new Set(findings.filter((finding) => finding.pattern === pattern));
  const take = (fits: (finding: Finding) => boolean): StandingFinding | undefined => {
    const finding = [...left].find(fits);
    if (finding) left.delete(finding);
    return finding;
  };
  const inOrder = faults.toSorted((a, b) => Number(a.arguable) - Number(b.arguable));
  const atPlace = new Map(
    inOrder.map((truth) => [
      truth,
      take(({ spanId }) => spanId === truth.spanId) ?? take(({ spanId }) => truth.spans.includes(spanId)),
    ]),
  );
  return inOrder.map((truth) => [truth, atPlace.get(truth) ?? take(({ traceId }) => traceId === truth.traceId)]);
}

const newScore = (pattern: string): PatternScore => ({
  pattern,
  injected: 0,
  detected: 0,
  findings: 0,
  spurious: 0,
  consequences: 0,
  localised: 0,
  rootCauses: 0,
  falseAlarms: 0,
  onNegatives: 0,
  delaysMs: [],
  lagsMs: [],
});
