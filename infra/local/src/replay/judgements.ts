import type { ClickHouseClient } from '@clickhouse/client';
import { rowsByIds } from '../pipeline/tables.ts';

/** What analysts see of a trace. */
export interface StoredTrace {
  readonly spanIds: ReadonlySet<string>;
  /** Rows beyond the first of a span */
  readonly duplicated: number;
  /** Something in it works for an agent: only then it is a run. */
  readonly isRun: boolean;
}

export async function storedTraces(
  tables: ClickHouseClient,
  traceIds: Iterable<string>,
): Promise<Map<string, StoredTrace>> {
  const rows = await rowsByIds<{ trace_id: string; span_ids: string[]; is_run: boolean }>(
    tables,
    `SELECT trace_id, groupArray(span_id) AS span_ids, countIf(kind != 'step') > 0 AS is_run
     FROM spans WHERE trace_id IN {ids: Array(String)} GROUP BY tenant, trace_id`,
    traceIds,
  );
  const traces = new Map<string, StoredTrace>();
  for (const { trace_id: traceId, span_ids: spanIds, is_run: isRun } of rows) {
    // another tenant may hold a trace of the same id
    const other = traces.get(traceId);
    traces.set(traceId, {
      spanIds: new Set([...(other?.spanIds ?? []), ...spanIds]),
      duplicated: (other?.duplicated ?? 0) + spanIds.length - new Set(spanIds).size,
      isRun: isRun || (other?.isRun ?? false),
    });
  }
  return traces;
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
  readonly scope: string;
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
  const columns = 'finding_id AS findingId, scope, pattern, trace_id AS traceId, session_id AS sessionId';
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
