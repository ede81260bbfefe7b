import type { ClickHouseClient } from '@clickhouse/client';
import { LATE_GRACE_MS } from '../config.ts';
import { rowsOf } from './tables.ts';

interface Recomputation {
  readonly name: string;
  /** Gives the keys on which the aggregate is not what its base gives, with what the two give, as one text each. */
  readonly differing: (database: string) => string;
}

/** Sums of floating-point numbers depend on their order in the last digits. */
const NEARLY = (a: string, b: string) => `abs(${a} - ${b}) > 1e-9 * greatest(1, abs(${a}))`;

/** Of a step that named no agent itself, a run keeps the duration in whole microseconds. */
const ROUNDING_NS = 1_000;

/** Step statistics go by the agent of the run, which a span's row may know otherwise; so they are compared by what a span says itself. */
const stepStats: Recomputation = {
  name: 'step_stats from spans',
  differing: (database) => `
      SELECT concat(toString(tuple(minute, kind, tool, model)), ': ',
        toString(tuple(s.spans, s.errors, s.input, s.output, s.cost, s.duration, s.longest, s.sketched)), ' for ',
        toString(tuple(b.spans, b.errors, b.input, b.output, b.cost, b.duration, b.longest, b.spans))) AS key
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
      WHERE s.spans != b.spans OR s.errors != b.errors OR s.input != b.input OR s.output != b.output OR abs(s.duration - b.duration) > ${ROUNDING_NS} * b.spans
        OR abs(s.longest - b.longest) > ${ROUNDING_NS} OR s.sketched != b.spans OR ${NEARLY('s.cost', 'b.cost')}`,
};

const verdictCounts: readonly Recomputation[] = (['run', 'session'] as const).map((scope) => ({
  name: `verdict_counts from ${scope}s`,
  differing: (database: string) => `
      SELECT concat(toString(tuple(hour, verdict)), ': ', toString(v.counted), ' for ', toString(b.counted)) AS key
      FROM (
        SELECT hour, verdict, sum(count) AS counted FROM ${database}.verdict_counts WHERE scope = '${scope}' GROUP BY hour, verdict
      ) AS v FULL OUTER JOIN (
        SELECT toStartOfHour(received_time) AS hour, toString(verdict) AS verdict, toInt64(count()) AS counted
        FROM ${database}.${scope}s GROUP BY hour, verdict
      ) AS b USING (hour, verdict)
      WHERE v.counted != b.counted`,
}));

export interface AggregateDifference {
  readonly aggregate: string;
  readonly keys: readonly string[];
}

/**
 * Aggregates that are not what their base gives; those that are, are left out.
 *
 * @param resent how long after its run had ended a span may have been sent again, milliseconds of log time: beyond the grace it
 * counts twice in step statistics, as is documented, and they are not looked at
 */
export async function differingAggregates(
  tables: ClickHouseClient,
  database: string,
  resent: number,
): Promise<AggregateDifference[]> {
  const differing: AggregateDifference[] = [];
  const recomputations = resent < LATE_GRACE_MS ? [stepStats, ...verdictCounts] : verdictCounts;
  for (const { name, differing: query } of recomputations) {
    const rows = await rowsOf<{ key: string }>(tables, query(database));
    if (rows.length > 0) differing.push({ aggregate: name, keys: rows.map(({ key }) => key) });
  }
  return differing;
}
