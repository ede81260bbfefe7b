import type { ClickHouseClient } from '@clickhouse/client';
import { rowsOf } from '../pipeline/tables.ts';

/** What the tables say about everything received since a moment. */
export interface DemoNumbers {
  /** Spans, each once */
  readonly spansStored: number;
  readonly spansDuplicated: number;
  readonly runs: number;
  /** Traces in which something works for an agent, and that have no judged run yet */
  readonly openRuns: number;
  /** Those with a final verdict */
  readonly sessionsByVerdict: Readonly<Record<string, number>>;
  readonly provisionalSessions: number;
  readonly findingsByPattern: Readonly<Record<string, number>>;
}

/**
 * Counts what came of the spans received from `sinceMs` (milliseconds since the epoch, the clock of this machine) on.
 */
export async function demoNumbers(tables: ClickHouseClient, sinceMs: number): Promise<DemoNumbers> {
  const since = { since: sinceMs * 1_000 };
  const received = 'received_time >= fromUnixTimestamp64Micro({since: Int64})';
  const [spans, sessions, findings] = await Promise.all([
    rowsOf<{ total: number; distinct: number; runs: number; open: number }>(
      tables,
      `SELECT sum(spans) AS total, sum(span_ids) AS distinct, countIf(judged) AS runs, countIf(is_run AND NOT judged) AS open
       FROM
       (
         SELECT
           count() AS spans,
           uniqExact(span_id) AS span_ids,
           countIf(kind != 'step') > 0 AS is_run,
           (tenant, trace_id) IN (SELECT tenant, trace_id FROM runs WHERE ${received}) AS judged
         FROM spans WHERE ${received} GROUP BY tenant, trace_id
       )`,
      since,
    ),
    rowsOf<{ verdict: string; final: boolean; sessions: number }>(
      tables,
      `SELECT verdict, final, count() AS sessions FROM sessions WHERE ${received} GROUP BY verdict, final ORDER BY verdict`,
      since,
    ),
    rowsOf<{ pattern: string; findings: number }>(
      tables,
      `SELECT pattern, count() AS findings FROM findings WHERE ${received} GROUP BY pattern ORDER BY pattern`,
      since,
    ),
  ]);
  const { total = 0, distinct = 0, runs = 0, open = 0 } = spans[0] ?? {};
  return {
    spansStored: distinct,
    spansDuplicated: total - distinct,
    runs,
    openRuns: open,
    sessionsByVerdict: Object.fromEntries(
      sessions.filter((row) => row.final).map((row) => [row.verdict, row.sessions]),
    ),
    provisionalSessions: sessions.reduce((sum, row) => sum + (row.final ? 0 : row.sessions), 0),
    findingsByPattern: Object.fromEntries(findings.map((row) => [row.pattern, row.findings])),
  };
}
