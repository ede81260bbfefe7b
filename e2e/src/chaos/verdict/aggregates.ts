import type { ClickHouseClient } from '@clickhouse/client';
import { rowsOf } from './tables.ts';

interface Recomputation {
  readonly name: string;
  /** Gives the keys on which the aggregate is not what its base gives, as one text each. */
  readonly differing: (database: string) => string;
}

/** Sums of floating-point numbers depend on their order in the last digits. */
const NEARLY = (a: string, b: string) => `abs(${a} - ${b}) > 1e-9 * greatest(1, abs(${a}))`;

/**
 * What only adds up, computed anew from the rows that it came from. Step statistics go by the agent of the run, which a span's
 * row may know otherwise; so they are compared by what a span says itself.
 */
const recomputations: readonly Recomputation[] = [
  {
    name: 'step_stats from spans',
    differing: (database) => `
      SELECT toString(tuple(minute, kind, tool, model)) AS key
      FROM (
        SELECT minute, kind, tool, model, sum(span_count) AS spans, sum(error_count) AS errors, sum(input_tokens) AS input,
          sum(output_tokens) AS output, sum(cost_usd) AS cost, sum(duration_sum_ns) AS duration, max(duration_max_ns) AS longest,
          sum(arraySum(duration_sketch.2)) AS sketched
        FROM ${database}.step_stats GROUP BY minute, kind, tool, model
      ) AS s FULL OUTER JOIN (
        SELECT toStartOfMinute(end_time) AS minute, toString(kind) AS kind, tool, model, count() AS spans, countIf(failed) AS errors,
          sum(ifNull(input_tokens, 0)) AS input, sum(ifNull(output_tokens, 0)) AS output, sum(ifNull(cost_usd, 0)) AS cost,
          sum(duration_ns) AS duration, max(duration_ns) AS longest
        FROM ${database}.spans GROUP BY minute, kind, tool, model
      ) AS b USING (minute, kind, tool, model)
      WHERE s.spans != b.spans OR s.errors != b.errors OR s.input != b.input OR s.output != b.output OR s.duration != b.duration
        OR s.longest != b.longest OR s.sketched != b.spans OR ${NEARLY('s.cost', 'b.cost')}`,
  },
  ...(['run', 'session'] as const).map((scope) => ({
    name: `verdict_counts from ${scope}s`,
    differing: (database: string) => `
      SELECT toString(tuple(hour, verdict)) AS key
      FROM (
        SELECT hour, verdict, sum(count) AS counted FROM ${database}.verdict_counts WHERE scope = '${scope}' GROUP BY hour, verdict
      ) AS v FULL OUTER JOIN (
        SELECT toStartOfHour(received_time) AS hour, toString(verdict) AS verdict, toInt64(count()) AS counted
        FROM ${database}.${scope}s GROUP BY hour, verdict
      ) AS b USING (hour, verdict)
      WHERE v.counted != b.counted`,
  })),
];

export interface AggregateDifference {
  readonly aggregate: string;
  readonly keys: readonly string[];
}

/** Aggregates that are not what their base gives; those that are, are left out. */
export async function differingAggregates(tables: ClickHouseClient, database: string): Promise<AggregateDifference[]> {
  const differing: AggregateDifference[] = [];
  for (const { name, differing: query } of recomputations) {
    const rows = await rowsOf<{ key: string }>(tables, query(database));
    if (rows.length > 0) differing.push({ aggregate: name, keys: rows.map(({ key }) => key) });
  }
  return differing;
}
