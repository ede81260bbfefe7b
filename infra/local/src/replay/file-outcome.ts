import type { Judgements, StoredTrace } from './judgements.ts';
import type { RecordedFile } from './recorded-file.ts';

/** What came of a recorded file, as far as the tables tell now. */
export interface FileOutcome {
  readonly recorded: RecordedFile;
  /** Its spans that are there */
  readonly stored: number;
  /** Rows beyond the first of a span of its traces */
  readonly duplicated: number;
  /** Of its runs and their sessions */
  readonly judgements: Judgements;
  /** What keeps this from being the last word, in words; empty when it is. */
  readonly missing: string;
}

/** Picks what belongs to one file out of what is known about many. */
export function outcomeOf(
  recorded: RecordedFile,
  traces: ReadonlyMap<string, StoredTrace>,
  all: Judgements,
): FileOutcome {
  let stored = 0;
  let duplicated = 0;
  const runTraces: string[] = [];
  for (const [traceId, spanIds] of recorded.spans) {
    const trace = traces.get(traceId);
    if (!trace) continue;
    duplicated += trace.duplicated;
    if (trace.isRun) runTraces.push(traceId);
    for (const spanId of spanIds) if (trace.spanIds.has(spanId)) stored += 1;
  }
  const judgements = judgementsFor(recorded, all);
  const lost = recorded.uniqueSpans - stored;
  const missing = [lost > 0 ? `${lost} spans not stored` : '', unsettled(judgements, runTraces)];
  return { recorded, stored, duplicated, judgements, missing: missing.filter((part) => part !== '').join(', ') };
}

function judgementsFor(recorded: RecordedFile, { runs, sessions, findings }: Judgements): Judgements {
  const ownRuns = runs.filter((run) => recorded.spans.has(run.traceId));
  const ownSessions = new Set(ownRuns.map((run) => run.sessionId));
  return {
    runs: ownRuns,
    sessions: sessions.filter((session) => ownSessions.has(session.sessionId)),
    findings: findings.filter(
      (finding) =>
        recorded.spans.has(finding.traceId) || (finding.scope === 'session' && ownSessions.has(finding.sessionId)),
    ),
  };
}

/** Which of these runs are not judged, and which of their sessions have no final verdict from after their last run. */
export function unsettled({ runs, sessions }: Judgements, runTraces: Iterable<string>): string {
  const judged = new Set<string>();
  const lastRun = new Map<string, number>();
  for (const { traceId, sessionId, closedTime } of runs) {
    judged.add(traceId);
    lastRun.set(sessionId, Math.max(closedTime, lastRun.get(sessionId) ?? 0));
  }
  let open = 0;
  for (const traceId of runTraces) if (!judged.has(traceId)) open += 1;
  const final = new Set(
    sessions
      .filter((session) => session.final && session.judgedTime >= (lastRun.get(session.sessionId) ?? 0))
      .map((session) => session.sessionId),
  );
  const provisional = [...lastRun.keys()].filter((sessionId) => !final.has(sessionId)).length;
  const parts = [
    open > 0 ? `${open} runs not judged` : '',
    provisional > 0 ? `${provisional} sessions without a final verdict` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
