import type { Labelled, Measure, Outcome, Reason, Session, Verdict } from '@spanwise/schemas';
import { sentenceOf } from '../judge/sentence.ts';
import { MAX_REASONS } from '../judge/verdict.ts';
import type { SignalDraft } from '../signals/signal-source.ts';
import type { Slots } from '../slots.ts';

/** Sources of outcomes of one conversation that are remembered. */
const MAX_SOURCES = 16;

const OUTCOMES = 'outcomes';
const LABELLED = 'labelled';

/** What its tenant was told last of a labelled conversation. */
interface Told {
  priorLogOdds: number;
  evidence: Measure[];
  failed: number;
}

/** The latest outcome of each source, by source. */
export const outcomesIn = (slots: Slots): readonly Outcome[] => slots.get<Outcome[]>(OUTCOMES) ?? [];

/**
 * Keeps what a source says; of one source what was said last, by its own time, counts. False for what is known already or older, and for what
 * a further source says where there are sixteen.
 */
export function rememberOutcome(slots: Slots, outcome: Outcome): boolean {
  const known = outcomesIn(slots);
  const at = known.findIndex(({ source }) => source === outcome.source);
  const before = known[at];
  if (!before && known.length >= MAX_SOURCES) return false;
  if (before && !isLater(outcome, before)) return false;
  const others = known.filter((_, i) => i !== at);
  const all = [...others, outcome].sort((a, b) => (a.source < b.source ? -1 : 1));
  slots.put<Outcome[]>(OUTCOMES, all);
  return true;
}

function isLater(outcome: Outcome, before: Outcome): boolean {
  if (outcome.outcomeId === before.outcomeId) return false;
  return (
    (outcome.time - before.time ||
      outcome.receivedTime - before.receivedTime ||
      (outcome.outcomeId > before.outcomeId ? 1 : -1)) > 0
  );
}

/** Outcomes that wait where no conversation is; they are no longer there afterwards. */
export function takeOutcomes(slots: Slots): readonly Outcome[] {
  const waiting = outcomesIn(slots);
  if (waiting.length > 0) slots.delete(OUTCOMES);
  return waiting;
}

/** Share of the sources that say that it failed; undefined where nobody says anything. */
export function failedShare(outcomes: readonly Outcome[]): number | undefined {
  if (outcomes.length === 0) return undefined;
  return outcomes.filter(({ isSuccess }) => !isSuccess).length / outcomes.length;
}

/** Log-odds that an outcome is worth: who says how it went is mistaken in one of twenty cases. */
export const OUTCOME_WEIGHT = 3;

/** Outcomes in log-odds of failure: they add up to one saying, since they speak of the same. */
export function outcomeLogOdds(outcomes: readonly Outcome[]): number {
  const failed = failedShare(outcomes);
  return failed === undefined ? 0 : OUTCOME_WEIGHT * (2 * failed - 1);
}

/**
 * The verdict with what was said of the conversation: `failed` where most of its sources say so, at least `suspect` where one does. Success that is said takes
 * no finding back: what `failed` or was `abandoned` is `suspect` then, since what was seen and what is said disagree.
 */
export function verdictWith(verdict: Verdict, outcomes: readonly Outcome[]): Verdict {
  const failed = failedShare(outcomes);
  if (failed === undefined) return verdict;
  if (failed > 0.5) return 'failed';
  if (failed > 0) return verdict === 'correct' ? 'suspect' : verdict;
  return verdict === 'failed' || verdict === 'abandoned' ? 'suspect' : verdict;
}

/** Of a failure that is said, who says it stands first among the reasons; the pattern is `reported_failure`. */
export function withOutcomes(reasons: readonly Reason[], outcomes: readonly Outcome[]): Reason[] {
  const said = outcomes
    .filter(({ isSuccess }) => !isSuccess)
    .map(
      ({ outcomeId, traceId, source, reason }): Reason => ({
        pattern: REPORTED_FAILURE,
        findingId: outcomeId,
        weight: OUTCOME_WEIGHT,
        traceId,
        spanId: '',
        summary: sentenceOf(
          reason === '' ? `${source} says that it failed` : `${source} says that it failed: ${reason}`,
          '',
        ),
      }),
    );
  return said.length === 0 ? [...reasons] : [...said.slice(0, 4), ...reasons].slice(0, MAX_REASONS);
}

/** Pattern of a reason that somebody outside gave. */
export const REPORTED_FAILURE = 'reported_failure';

/**
 * What the tenant is to be told of a session with a final verdict and a label; nothing where it knows, or where as many sources say one thing
 * as the other. What speaks for and against success is told as it was the first time.
 */
export function labelledOf(
  slots: Slots,
  session: Session,
  prior: { logOdds: number; evidence: readonly Measure[] },
): SignalDraft[] {
  const failed = failedShare(outcomesIn(slots));
  const before = slots.get<Told>(LABELLED);
  if (failed === undefined || failed === 0.5 || failed === before?.failed) return [];
  const told: Told = before
    ? { ...before, failed }
    : { priorLogOdds: prior.logOdds, evidence: [...prior.evidence], failed };
  slots.put<Told>(LABELLED, told);
  const labelled: Labelled = {
    sessionId: session.sessionId,
    receivedTime: session.receivedTime,
    ...told,
    previousFailed: before?.failed ?? null,
  };
  return [{ keyKind: 'tenant', key: session.tenant, body: { labelled } }];
}
