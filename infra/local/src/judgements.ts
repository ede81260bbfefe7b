import type { ClickHouseClient } from '@clickhouse/client';
import { rowsByIds } from './tables.ts';

export interface StoredSpans {
  /** Expected spans that are there */
  readonly stored: number;
  /** Rows beyond the first of a span of these traces */
  readonly duplicated: number;
  /** Traces in which something works for an agent: only these are runs. */
  readonly runTraces: ReadonlySet<string>;
}

/** Compares what analysts see of these traces with what should be there, span by span. */
export async function storedSpans(
  tables: ClickHouseClient,
  expected: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<StoredSpans> {
  const rows = await rowsByIds<{ trace_id: string; span_ids: string[]; is_run: boolean }>(
    tables,
    `SELECT trace_id, groupArray(span_id) AS span_ids, countIf(kind != 'step') > 0 AS is_run
     FROM spans WHERE trace_id IN {ids: Array(String)} GROUP BY tenant, trace_id`,
    expected.keys(),
  );
  let rowCount = 0;
  let distinct = 0;
  const found = new Map<string, Set<string>>();
  for (const { trace_id: traceId, span_ids: spanIds } of rows) {
    rowCount += spanIds.length;
    distinct += new Set(spanIds).size;
    found.set(traceId, new Set([...(found.get(traceId) ?? []), ...spanIds]));
  }
  let stored = 0;
  for (const [traceId, spanIds] of expected) {
    for (const spanId of spanIds) if (found.get(traceId)?.has(spanId)) stored += 1;
  }
  const runTraces = new Set(rows.filter((row) => row.is_run).map((row) => row.trace_id));
  return { stored, duplicated: rowCount - distinct, runTraces };
}

export interface JudgedRun {
  readonly traceId: string;
  readonly sessionId: string;
  readonly failureProbability: number;
  /** Microseconds since the epoch */
  readonly closedTime: number;
}

export interface JudgedSession {
  readonly sessionId: string;
  readonly final: boolean;
  readonly verdict: string;
  readonly failureProbability: number;
  /** Microseconds since the epoch */
  readonly judgedTime: number;
}

export interface ReportedFinding {
  readonly findingId: string;
  readonly pattern: string;
  readonly traceId: string;
  readonly sessionId: string;
}

/** Everything concluded about the runs of some traces, as it stands now. */
export interface Judgements {
  readonly runs: readonly JudgedRun[];
  readonly sessions: readonly JudgedSession[];
  readonly findings: readonly ReportedFinding[];
}

export async function judgementsOf(tables: ClickHouseClient, traceIds: Iterable<string>): Promise<Judgements> {
  const ids = [...traceIds];
  const runs = await rowsByIds<JudgedRun>(
    tables,
    `SELECT trace_id AS traceId, session_id AS sessionId, failure_probability AS failureProbability,
       toUnixTimestamp64Micro(closed_time) AS closedTime
     FROM runs WHERE trace_id IN {ids: Array(String)}`,
    ids,
  );
  const sessionIds = new Set(runs.map((run) => run.sessionId));
  const sessions = await rowsByIds<JudgedSession>(
    tables,
    `SELECT session_id AS sessionId, final, verdict, failure_probability AS failureProbability,
       toUnixTimestamp64Micro(judged_time) AS judgedTime
     FROM sessions WHERE session_id IN {ids: Array(String)}`,
    sessionIds,
  );
  const columns = 'finding_id AS findingId, pattern, trace_id AS traceId, session_id AS sessionId';
  const ofRuns = await rowsByIds<ReportedFinding>(
    tables,
    `SELECT ${columns} FROM findings WHERE trace_id IN {ids: Array(String)}`,
    ids,
  );
  const ofSessions = await rowsByIds<ReportedFinding>(
    tables,
    `SELECT ${columns} FROM findings WHERE scope = 'session' AND session_id IN {ids: Array(String)}`,
    sessionIds,
  );
  const findings = new Map([...ofRuns, ...ofSessions].map((finding) => [finding.findingId, finding]));
  return { runs, sessions, findings: [...findings.values()] };
}

/** What keeps these judgements from being the last word, in words; empty when they are. */
export function unsettled(judgements: Judgements, runTraces: Iterable<string>): string {
  const closed = new Map<string, number>();
  const lastRun = new Map<string, number>();
  for (const { traceId, sessionId, closedTime } of judgements.runs) {
    closed.set(traceId, closedTime);
    lastRun.set(sessionId, Math.max(closedTime, lastRun.get(sessionId) ?? 0));
  }
  let open = 0;
  for (const traceId of runTraces) if (!closed.has(traceId)) open += 1;
  const final = new Set(
    judgements.sessions
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
