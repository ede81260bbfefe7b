import type { Measure, Run, Verdict } from '@spanwise/schemas';
import type { Slots } from '../slots.ts';
import { addCounts, noCounts, type RunCounts, type RunSummary } from './run-summary.ts';
import { mergeMeasures } from './session-evidence.ts';
import { evidenceOf } from './session-verdict.ts';

/** The session beside its runs: slot `session`. */
export interface SessionState {
  tenant: string;
  sessionId: string;
  revision: number;
  final: boolean;
  verdict: Verdict | '';
  agent: string;
  release: string;
  environment: string;
  workflow: string;
  userId: string;
  /** Start of the run that the names above come from, microseconds. */
  namedBy: number;
  receivedTime: number;
  /** Runs that were folded away: their sums. */
  folded: {
    runs: number;
    start: number;
    end: number;
    counts: RunCounts;
    evidence: number;
    bad: boolean;
    lastRun: RunSummary | null;
    /** The greatest of each measure; absent where there was none. */
    measures?: Measure[];
  };
  /** Trace ids, oldest first, the latest `maxRuns`. */
  traceIds: string[];
}

export function newState(run: Run): SessionState {
  const state: SessionState = {
    tenant: run.tenant,
    sessionId: run.sessionId,
    revision: 0,
    final: false,
    verdict: '',
    agent: '',
    release: '',
    environment: '',
    workflow: '',
    userId: '',
    namedBy: run.startTime,
    receivedTime: run.receivedTime,
    folded: { runs: 0, start: 0, end: 0, counts: noCounts(), evidence: 0, bad: false, lastRun: null },
    traceIds: [],
  };
  return state;
}

/** The first run names the session; what it leaves open a later one may fill. */
export function nameBy(state: SessionState, run: Run): void {
  state.namedBy = run.startTime;
  for (const field of ['agent', 'release', 'environment', 'workflow', 'userId'] as const) {
    if (run[field] !== '') state[field] = run[field];
  }
}

/** Runs that are kept apart, oldest first. */
export function runsOf(slots: Slots): RunSummary[] {
  const runs: RunSummary[] = [];
  for (const slot of slots.keys()) {
    if (!slot.startsWith('run/')) continue;
    const run = slots.get<RunSummary>(slot);
    if (run) runs.push(run);
  }
  return runs.sort((a, b) => a.start - b.start || (a.traceId < b.traceId ? -1 : 1));
}

export const isFoldedAway = (state: SessionState, run: Run): boolean => state.traceIds.includes(run.traceId);

export function foldVerdict(state: SessionState, run: RunSummary): void {
  const { folded } = state;
  folded.evidence = Math.max(folded.evidence, evidenceOf(run));
  folded.bad ||= run.verdict !== 'correct';
  if (run.measures) folded.measures = mergeMeasures([folded.measures ?? [], run.measures]);
  if (!folded.lastRun || run.start >= folded.lastRun.start) folded.lastRun = run;
}

export function fold(slots: Slots, state: SessionState, run: RunSummary): void {
  const { folded } = state;
  folded.start = folded.runs === 0 ? run.start : Math.min(folded.start, run.start);
  folded.end = Math.max(folded.end, run.end);
  folded.runs++;
  addCounts(folded.counts, run.counts);
  foldVerdict(state, run);
  slots.delete(`run/${run.traceId}`);
}
