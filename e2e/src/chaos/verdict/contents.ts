import type { ClickHouseClient } from '@clickhouse/client';
import { rowsOf } from './tables.ts';

/** Which of these views hold nothing: two empty sides are equal, and say nothing. */
export async function emptyViews(
  tables: ClickHouseClient,
  database: string,
  views: readonly string[],
): Promise<string[]> {
  const counts = views.map((view) => `SELECT '${view}' AS view, count() AS held FROM ${database}.${view}`);
  const rows = await rowsOf<{ view: string; held: number }>(tables, counts.join(' UNION ALL '));
  return rows.filter(({ held }) => held === 0).map(({ view }) => view);
}

/** Spans that step statistics have counted. */
export async function spansInStepStats(tables: ClickHouseClient, database: string): Promise<number> {
  const [row] = await rowsOf<{ counted: number }>(
    tables,
    `SELECT sum(span_count) AS counted FROM ${database}.step_stats`,
  );
  return row?.counted ?? 0;
}
