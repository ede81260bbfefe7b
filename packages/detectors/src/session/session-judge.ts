import type { Finding, Outcome, Run, RunFeatures, Session } from '@spanwise/schemas';
import { type LearnedWeights, NOTHING_LEARNED } from '../judge/learned-verdict.ts';
import { asLong } from '../largest-long.ts';
import type { SignalDraft } from '../signals/signal-source.ts';
import type { Slots } from '../slots.ts';
import { addCounts, noCounts, type RunSummary, summaryOf } from './run-summary.ts';
import { observationsOf, rememberFeatures } from './session-observation.ts';
import { labelledOf, outcomesIn, rememberOutcome, takeOutcomes } from './session-outcomes.ts';
import { fold, foldVerdict, isFoldedAway, nameBy, newState, runsOf, type SessionState } from './session-state.ts';
import { evidenceOf, judgeSession, type WeighedSession } from './session-verdict.ts';

const FOUND = 'found/';
/** Findings across runs that a session remembers. */
const MAX_FOUND = 32;

export interface SessionJudgeOptions {
  /** Runs kept apart in a session that is open, and trace ids listed (default 128). Older ones live on in the sums. */
  maxRuns?: number;
}

/**
 * Judges conversations by the runs that ended in them and by what was found of them across runs, over slots that its caller keeps:
 * `session`, one `run/<trace>` per run, one `found/<id>` per finding, and what `session-observation` keeps. Pure. A revision of a
 * run or finding takes the former one's place.
 */
export class SessionJudge {
  readonly #maxRuns: number;

  constructor(options: SessionJudgeOptions = {}) {
    this.#maxRuns = options.maxRuns ?? 128;
  }

  /**
   * A run of the conversation ended or was revised: the provisional verdict. Also after finality: the session goes on.
   * Undefined when this revision of the run, or a later one, is known already.
   *
   * @param features what the run was like, where that is told
   * @param learned what labels of other sessions have taught
   */
  onRun(
    slots: Slots,
    run: Run,
    nowMs: number,
    features: RunFeatures | null = null,
    learned: LearnedWeights = NOTHING_LEARNED,
  ): Session | undefined {
    const slot = `run/${run.traceId}`;
    const known = slots.get<RunSummary>(slot);
    if (known && known.revision >= run.revision) return undefined;
    const state = slots.get<SessionState>('session') ?? newState(run);
    const isFolded = !known && state.folded.runs > 0 && isFoldedAway(state, run);
    // Its counts are in the sums already and cannot be told apart there: what is new is its verdict.
    if (isFolded) foldVerdict(state, summaryOf(run, features?.evidence));
    else slots.put(slot, summaryOf(run, features?.evidence));
    if (features && !isFolded && run.continuation === 0) rememberFeatures(slots, run, features);
    if (run.startTime <= state.namedBy) nameBy(state, run);
    if (!state.traceIds.includes(run.traceId)) state.traceIds.push(run.traceId);
    state.receivedTime = Math.min(state.receivedTime, run.receivedTime);
    state.final = false;
    const runs = runsOf(slots);
    while (runs.length > this.#maxRuns) fold(slots, state, runs.shift() as RunSummary);
    if (state.traceIds.length > this.#maxRuns) state.traceIds.splice(0, state.traceIds.length - this.#maxRuns);
    return this.#emit(slots, state, runs, nowMs, learned);
  }

  /**
   * Something was found of the conversation across runs. Undefined when it is known already, says nothing of the verdict, or came before any
   * run had ended: then it counts once one has.
   */
  onFinding(
    slots: Slots,
    finding: Finding,
    nowMs: number,
    learned: LearnedWeights = NOTHING_LEARNED,
  ): Session | undefined {
    const slot = FOUND + finding.findingId;
    const known = slots.get<Finding>(slot);
    if (known && known.revision >= finding.revision) return undefined;
    if (!known && foundIn(slots).length >= MAX_FOUND) return undefined;
    slots.put(slot, { ...finding, evidence: '' });
    const state = slots.get<SessionState>('session');
    return state && this.#emit(slots, state, runsOf(slots), nowMs, learned);
  }

  /**
   * Somebody says how the conversation went. `isNew` is false for what changes nothing: it is known, or older than what its source says now.
   * Without a session where no run has ended: then it counts once one has.
   */
  onOutcome(
    slots: Slots,
    outcome: Outcome,
    nowMs: number,
    learned: LearnedWeights = NOTHING_LEARNED,
  ): { isNew: boolean; session: Session | undefined } {
    if (!rememberOutcome(slots, outcome)) return { isNew: false, session: undefined };
    const state = slots.get<SessionState>('session');
    return { isNew: true, session: state && this.#emit(slots, state, runsOf(slots), nowMs, learned) };
  }

  /** What is said of the conversation: the latest of each source. */
  outcomes(slots: Slots): readonly Outcome[] {
    return outcomesIn(slots);
  }

  /** Outcomes that came to the key of a run which belongs elsewhere: they are no longer here. */
  takeOutcomes(slots: Slots): readonly Outcome[] {
    return takeOutcomes(slots);
  }

  /** Something was said of this session, or found of it. */
  knows(slots: Slots): boolean {
    return slots.keys()[Symbol.iterator]().next().done !== true;
  }

  /** What its agents are to be told of a session with a final verdict; nothing where they know. */
  observations(slots: Slots, session: Session): SignalDraft[] {
    return observationsOf(slots, session);
  }

  /** What its tenant is to be told of a session with a final verdict whose outcome is known; nothing where it knows. */
  labels(slots: Slots, session: Session): SignalDraft[] {
    const state = slots.get<SessionState>('session');
    if (!state || outcomesIn(slots).length === 0) return [];
    const { priorLogOdds, evidence } = this.#weigh(slots, state, runsOf(slots), NOTHING_LEARNED);
    return labelledOf(slots, session, { logOdds: priorLogOdds, evidence });
  }

  /** The inactivity gap passed: the final verdict. Undefined when there is no session or it is final already. */
  onGap(slots: Slots, nowMs: number, learned: LearnedWeights = NOTHING_LEARNED): Session | undefined {
    const state = slots.get<SessionState>('session');
    if (!state || state.final) return undefined;
    state.final = true;
    return this.#emit(slots, state, runsOf(slots), nowMs, learned);
  }

  /**
   * Reduces a final session to its one slot `session`, a few hundred bytes, from which a run that comes hours later
   * continues with all counts. The runs' reasons are given up, save those of the last run.
   */
  compact(slots: Slots): void {
    const state = slots.get<SessionState>('session');
    if (!state) return;
    for (const run of runsOf(slots)) fold(slots, state, run);
    slots.put('session', state);
  }

  #weigh(slots: Slots, state: SessionState, runs: readonly RunSummary[], learned: LearnedWeights): WeighedSession {
    const { folded } = state;
    const shown = runs.length > 0 || !folded.lastRun ? runs : [folded.lastRun];
    // Shown for want of another, the last folded run must not count a second time.
    const former =
      runs.length > 0 || !folded.lastRun || folded.evidence > evidenceOf(folded.lastRun) ? folded.evidence : 0;
    return judgeSession(shown, former, folded.bad, folded.measures ?? [], {
      agent: state.agent,
      across: foundIn(slots),
      outcomes: outcomesIn(slots),
      learned,
    });
  }

  #emit(
    slots: Slots,
    state: SessionState,
    runs: readonly RunSummary[],
    nowMs: number,
    learned: LearnedWeights,
  ): Session {
    const { folded } = state;
    const { judgement } = this.#weigh(slots, state, runs, learned);
    const counts = noCounts();
    addCounts(counts, folded.counts);
    let start = folded.runs > 0 ? folded.start : Number.POSITIVE_INFINITY;
    let end = folded.end;
    for (const run of runs) {
      addCounts(counts, run.counts);
      start = Math.min(start, run.start);
      end = Math.max(end, run.end);
    }
    state.revision++;
    const previousVerdict = state.verdict;
    state.verdict = judgement.verdict;
    slots.put('session', state);
    return {
      tenant: state.tenant,
      sessionId: state.sessionId,
      revision: state.revision,
      final: state.final,
      agent: state.agent,
      release: state.release,
      environment: state.environment,
      workflow: state.workflow,
      userId: state.userId,
      runCount: folded.runs + runs.length,
      traceIds: [...state.traceIds],
      startTime: start,
      durationNs: asLong((end - start) * 1000),
      receivedTime: state.receivedTime,
      judgedTime: nowMs * 1000,
      previousVerdict,
      ...judgement,
      ...counts,
      inputTokens: asLong(counts.inputTokens),
      outputTokens: asLong(counts.outputTokens),
    };
  }
}

/** Findings across runs that stand. */
function foundIn(slots: Slots): Finding[] {
  const found: Finding[] = [];
  for (const slot of slots.keys()) {
    const finding = slot.startsWith(FOUND) ? slots.get<Finding>(slot) : undefined;
    if (finding && !finding.withdrawn) found.push(finding);
  }
  return found.sort((a, b) => (a.findingId < b.findingId ? -1 : 1));
}
