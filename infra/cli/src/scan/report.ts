import type { Finding, Run, Session, Severity, Verdict } from '@spanwise/schemas';
import type { Scanned } from './judge-files.ts';
import { compareSeverity, isAtLeast } from './severities.ts';

export interface ReportedFinding {
  readonly findingId: string;
  readonly pattern: string;
  readonly severity: Severity;
  readonly confidence: number;
  readonly summary: string;
  readonly agent: string;
  readonly tool: string;
  /** agent/kind/tool: the workflow point */
  readonly step: string;
  /** Where it happened */
  readonly traceId: string;
  readonly spanId: string;
  /** Where it began */
  readonly rootCauseTraceId: string;
  readonly rootCauseSpanId: string;
  /** Finding whose consequence it is, or that says more; empty if it stands for itself */
  readonly supersededBy: string;
  readonly evidence: unknown;
}

export interface ReportedSession {
  readonly sessionId: string;
  /** Null for traces in which nothing works for an agent */
  readonly verdict: Verdict | null;
  readonly failureProbability: number | null;
  readonly agent: string;
  readonly release: string;
  readonly traceIds: readonly string[];
  readonly files: readonly string[];
  readonly spans: number;
  readonly rootCauseTraceId: string;
  readonly rootCauseSpanId: string;
  /** `failOn` names it, by a finding or by its verdict. */
  readonly failing: boolean;
  /** Gravest first, then in the order of time */
  readonly findings: readonly ReportedFinding[];
}

export interface ScanReport {
  /** Everything was read, and nothing was found that `failOn` names. */
  readonly ok: boolean;
  readonly failOn: Severity | null;
  /** Sessions with a finding as grave as `failOn` or graver, and sessions that failed */
  readonly failing: number;
  readonly files: readonly { readonly file: string; readonly spans: number; readonly problems: readonly string[] }[];
  /** Files of folders in which there are no traces */
  readonly skipped: readonly string[];
  readonly spans: number;
  readonly runs: number;
  readonly verdicts: Readonly<Record<string, number>>;
  readonly patterns: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  /** Worst first */
  readonly sessions: readonly ReportedSession[];
}

/** What a scan comes to: the last word on every finding, run and session. */
export function scanReport({ files, judged, fileOfTrace }: Scanned, failOn: Severity | undefined): ScanReport {
  const runs = lastOf(judged.runs, (run) => run.traceId);
  const findings = [...lastOf(judged.findings, (finding) => finding.findingId).values()].filter(
    ({ withdrawn }) => !withdrawn,
  );
  const sessions = sessionsOf(
    lastOf(judged.sessions, (session) => session.sessionId),
    runs,
    findings,
    fileOfTrace,
    failOn,
  );
  const failing = sessions.filter((session) => session.failing).length;
  const problems = [
    ...files.flatMap(({ path, problems: own, skipped }) => (skipped ? [] : own.map((each) => `${path}: ${each}`))),
    ...judged.deadLetters.map((reason) => `could not be judged: ${reason}`),
  ];
  const read = files.filter(({ skipped }) => !skipped);
  if (read.length === 0) problems.push('there are no traces in any file');
  return {
    ok: failing === 0 && problems.length === 0,
    failOn: failOn ?? null,
    failing,
    files: read.map(({ path, spans, problems: own }) => ({ file: path, spans, problems: own })),
    skipped: files.filter(({ skipped }) => skipped).map(({ path }) => path),
    spans: files.reduce((sum, { spans }) => sum + spans, 0),
    runs: runs.size,
    verdicts: countBy(sessions, ({ verdict }) => verdict ?? 'none'),
    patterns: countBy(findings, ({ pattern }) => pattern),
    problems,
    sessions,
  };
}

function sessionsOf(
  sessions: ReadonlyMap<string, Session>,
  runs: ReadonlyMap<string, Run>,
  findings: readonly Finding[],
  fileOfTrace: ReadonlyMap<string, string>,
  failOn: Severity | undefined,
): ReportedSession[] {
  const bySession = Map.groupBy(findings, ({ traceId, sessionId }) => runs.get(traceId)?.sessionId ?? sessionId);
  const unjudged = [...bySession.keys()].filter((sessionId) => !sessions.has(sessionId));
  return [...sessions.keys(), ...unjudged]
    .map((sessionId) => {
      const session = sessions.get(sessionId);
      const found = (bySession.get(sessionId) ?? []).toSorted(
        (a, b) => compareSeverity(b.severity, a.severity) || a.eventTime - b.eventTime,
      );
      const traceIds = session?.traceIds ?? [...new Set(found.map(({ traceId }) => traceId))];
      return {
        sessionId,
        verdict: session?.verdict ?? null,
        failureProbability: session?.failureProbability ?? null,
        agent: session?.agent ?? found[0]?.agent ?? '',
        release: session?.release ?? '',
        traceIds,
        files: [...new Set(traceIds.flatMap((traceId) => fileOfTrace.get(traceId) ?? []))],
        spans: session?.spanCount ?? 0,
        rootCauseTraceId: session?.rootCauseTraceId ?? '',
        rootCauseSpanId: session?.rootCauseSpanId ?? '',
        failing: failOn !== undefined && (session?.verdict === 'failed' || found.some(isAsGraveAs(failOn))),
        findings: found.map(reported),
      };
    })
    .sort((a, b) => (b.failureProbability ?? 0) - (a.failureProbability ?? 0));
}

function reported({ evidence, ...finding }: Finding): ReportedFinding {
  const { findingId, pattern, severity, confidence, summary, agent, tool, step } = finding;
  const { traceId, spanId, rootCauseTraceId, rootCauseSpanId, supersededBy } = finding;
  return {
    ...{ findingId, pattern, severity, confidence, summary, agent, tool, step },
    ...{ traceId, spanId, rootCauseTraceId, rootCauseSpanId, supersededBy },
    evidence: JSON.parse(evidence),
  };
}

/** What `--fail-on` names. */
export const isAsGraveAs =
  (failOn: Severity) =>
  ({ severity }: { readonly severity: Severity }): boolean =>
    isAtLeast(severity, failOn);

/** The last of each identity. */
function lastOf<T>(revisions: readonly T[], idOf: (each: T) => string): Map<string, T> {
  return new Map(revisions.map((each) => [idOf(each), each]));
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const groups = Map.groupBy(items, keyOf);
  return Object.fromEntries([...groups].map(([key, { length }]) => [key, length] as const).sort((a, b) => b[1] - a[1]));
}
