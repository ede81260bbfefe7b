import type { ClickHouseClient } from '@clickhouse/client';
import type { LateCopy } from './late-copies.ts';
import { rowsOf } from './tables.ts';

interface Recomputation {
  readonly name: string;
  /** Gives the keys on which the aggregate is not what its base gives, with what the two give, as one text each. */
  readonly differing: (database: string) => string;
}

/** Of a step that named no agent itself, a run keeps the duration in whole microseconds. */
const ROUNDING_NS = 1_000;

/** Spans that may count more often than once, and spans that must not count at all */
const LATE_COPIES = 'late_copies';
const UNJUDGED = 'unjudged_traces';

const SUMS = ['spans', 'errors', 'input', 'output', 'cost', 'duration'] as const;

/** What a span adds to each of the sums */
const ADDENDS: Readonly<Record<(typeof SUMS)[number], string>> = {
  spans: 'toInt64(1)',
  errors: 'toInt64(failed)',
  input: 'ifNull(input_tokens, 0)',
  output: 'ifNull(output_tokens, 0)',
  cost: 'ifNull(cost_usd, 0)',
  duration: 'duration_ns',
};

/**
 * Step statistics go by the agent of the run, which a span's row may know otherwise; so they are compared by what a span says itself.
 * A sum has what its base gives, and at most as much more as its late copies would add.
 */
const stepStats: Recomputation = {
  name: 'step_stats from spans',
  differing: (database) => `
      SELECT concat(toString(tuple(minute, kind, tool, model)), ': ',
        toString(tuple(s.spans, s.errors, s.input, s.output, s.cost, s.duration, s.longest, s.sketched)), ' for ',
        toString(tuple(b.spans, b.errors, b.input, b.output, b.cost, b.duration, b.longest, b.spans)), ' and late ', toString(b.late_spans)) AS key
      FROM (
        SELECT minute, kind, tool, model, sum(span_count) AS spans, sum(error_count) AS errors, sum(input_tokens) AS input,
          sum(output_tokens) AS output, sum(cost_usd) AS cost, sum(duration_sum_ns) AS duration, max(duration_max_ns) AS longest,
          sum(arraySum(duration_sketch.2)) AS sketched
        FROM ${database}.step_stats GROUP BY minute, kind, tool, model
      ) AS s FULL OUTER JOIN (
        SELECT toStartOfMinute(end_time) AS minute, toString(kind) AS kind, tool, model, max(duration_ns) AS longest,
          ${SUMS.map((name) => `sum(${ADDENDS[name]}) AS ${name}, sum(copies * ${ADDENDS[name]}) AS late_${name}`).join()}
        FROM ${database}.spans LEFT ANY JOIN ${database}.${LATE_COPIES} USING (trace_id, span_id)
        WHERE trace_id NOT IN (SELECT trace_id FROM ${database}.${UNJUDGED}) GROUP BY minute, kind, tool, model
      ) AS b USING (minute, kind, tool, model)
      WHERE abs(s.longest - b.longest) > ${ROUNDING_NS} OR s.sketched != s.spans OR ${SUMS.map(isBeyond).join(' OR ')}`,
};

function isBeyond(name: (typeof SUMS)[number]): string {
  const slack =
    name === 'cost'
      ? '1e-9 * greatest(1, abs(s.cost))'
      : name === 'duration'
        ? `${ROUNDING_NS} * (b.spans + b.late_spans)`
        : '0';
  return `s.${name} < b.${name} - ${slack} OR s.${name} > b.${name} + b.late_${name} + ${slack}`;
}

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
 * @param late copies of spans that came when their run had forgotten them: they may count again, as is documented
 * @param unjudged traces that are stored, and refused by whoever judges and counts
 */
export async function differingAggregates(
  tables: ClickHouseClient,
  database: string,
  late: readonly LateCopy[],
  unjudged: Iterable<string>,
): Promise<AggregateDifference[]> {
  await fill(tables, `${database}.${LATE_COPIES}`, 'trace_id String, span_id String, copies Int64', [
    ...late.map(({ traceId, spanId, copies }) => ({ trace_id: traceId, span_id: spanId, copies })),
  ]);
  await fill(
    tables,
    `${database}.${UNJUDGED}`,
    'trace_id String',
    [...unjudged].map((trace_id) => ({ trace_id })),
  );
  const differing: AggregateDifference[] = [];
  for (const { name, differing: query } of [stepStats, ...verdictCounts]) {
    const rows = await rowsOf<{ key: string }>(tables, query(database));
    if (rows.length > 0) differing.push({ aggregate: name, keys: rows.map(({ key }) => key) });
  }
  return differing;
}

async function fill(
  tables: ClickHouseClient,
  table: string,
  columns: string,
  values: readonly object[],
): Promise<void> {
  await tables.command({ query: `CREATE TABLE ${table} (${columns}) ENGINE = Memory` });
  if (values.length > 0) await tables.insert({ table, values: [...values], format: 'JSONEachRow' });
}
