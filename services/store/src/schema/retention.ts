import type { ClickHouseClient } from '@clickhouse/client';

const DAY_MS = 86_400_000;

export interface Retention {
  /** Milliseconds that spans are kept, counted from the day they were received */
  spanMs: number;
  /** The same for findings, runs, sessions, incidents, outcomes and step statistics */
  resultMs: number;
}

const resultTables = [
  'finding_rows',
  'run_rows',
  'session_rows',
  'incident_rows',
  'outcome_rows',
  'calibration_rows',
  'step_stats_rows',
];

/** Sets how long rows are kept, where that differs from what the tables say. Whole days, at least one: a day is a partition. */
export async function applyRetention(client: ClickHouseClient, { spanMs, resultMs }: Retention): Promise<void> {
  const wanted = new Map([
    ['span_rows', days(spanMs)],
    ...resultTables.map((table) => [table, days(resultMs)] as const),
  ]);
  const answer = await client.query({
    query: 'SELECT name, engine_full FROM system.tables WHERE database = currentDatabase()',
    format: 'JSONEachRow',
  });
  for (const { name, engine_full: engine } of await answer.json<{ name: string; engine_full: string }>()) {
    const keep = wanted.get(name);
    if (keep === undefined || engine.includes(`toIntervalDay(${keep})`)) continue;
    await client.command({
      query: `ALTER TABLE ${name} MODIFY TTL toDate(received_time) + toIntervalDay(${keep})`,
    });
  }
}

function days(ms: number): number {
  return Math.max(1, Math.ceil(ms / DAY_MS));
}
