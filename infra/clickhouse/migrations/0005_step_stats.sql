-- Step statistics: deltas, only ever summed, so exactly-once inserts are all that keeps them right.

CREATE TABLE IF NOT EXISTS step_stats_rows
(
  tenant LowCardinality(String) COMMENT 'Tenant',
  minute DateTime64(6, 'UTC') COMMENT 'Start of the minute of event end time',
  received_time SimpleAggregateFunction(max, DateTime64(6, 'UTC')) COMMENT 'Log time of the flush',
  agent LowCardinality(String) COMMENT 'Agent',
  kind LowCardinality(String) COMMENT 'Span kind',
  tool LowCardinality(String) COMMENT 'Tool or empty',
  model LowCardinality(String) COMMENT 'Model or empty',
  release LowCardinality(String) COMMENT 'Agent\'s version',
  environment LowCardinality(String) COMMENT 'Environment',
  span_count SimpleAggregateFunction(sum, Int64) COMMENT 'Spans',
  error_count SimpleAggregateFunction(sum, Int64) COMMENT 'Failed spans',
  input_tokens SimpleAggregateFunction(sum, Int64) COMMENT 'Sum',
  output_tokens SimpleAggregateFunction(sum, Int64) COMMENT 'Sum',
  cost_usd SimpleAggregateFunction(sum, Float64) COMMENT 'Sum',
  duration_sum_ns SimpleAggregateFunction(sum, Int64) COMMENT 'Sum of durations',
  duration_max_ns SimpleAggregateFunction(max, Int64) COMMENT 'Longest',
  duration_buckets Array(Int32) EPHEMERAL COMMENT 'Indices i of the DDSketch with relative accuracy 1 %: durations in (γ^(i-1), γ^i] ns, γ = 1.01/0.99; only in an insert: becomes duration_sketch',
  duration_counts Array(Int64) EPHEMERAL COMMENT 'Count per index; only in an insert: becomes duration_sketch',
  duration_sketch SimpleAggregateFunction(sumMap, Tuple(Array(Int32), Array(Int64))) DEFAULT (duration_buckets, duration_counts) COMMENT 'DDSketch with relative accuracy 1 %: (indices, counts). Index i counts durations in (γ^(i-1), γ^i] ns, γ = 1.01/0.99; its value is 2γ^i/(γ+1)'
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(received_time)
ORDER BY (tenant, minute, agent, kind, tool, model, release, environment)
TTL toDate(received_time) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, default_compression_codec = 'ZSTD(1)'
COMMENT 'Deltas of step statistics until they merge. Read the view step_stats instead';

-- Quantile q of n values has rank q(n-1): the first index whose cumulative count exceeds it (Masson, Rim, Lee: DDSketch, VLDB 2019).
-- Over more than one minute: sumMap(duration_sketch) with the same expression.
CREATE OR REPLACE VIEW step_stats
(
  tenant LowCardinality(String) COMMENT 'Tenant',
  minute DateTime64(6, 'UTC') COMMENT 'Start of the minute of event end time',
  received_time DateTime64(6, 'UTC') COMMENT 'Log time of the flush',
  agent LowCardinality(String) COMMENT 'Agent',
  kind LowCardinality(String) COMMENT 'Span kind',
  tool LowCardinality(String) COMMENT 'Tool or empty',
  model LowCardinality(String) COMMENT 'Model or empty',
  release LowCardinality(String) COMMENT 'Agent\'s version',
  environment LowCardinality(String) COMMENT 'Environment',
  span_count Int64 COMMENT 'Spans',
  error_count Int64 COMMENT 'Failed spans',
  input_tokens Int64 COMMENT 'Sum',
  output_tokens Int64 COMMENT 'Sum',
  cost_usd Float64 COMMENT 'Sum',
  duration_sum_ns Int64 COMMENT 'Sum of durations',
  duration_max_ns Int64 COMMENT 'Longest',
  duration_sketch Tuple(Array(Int32), Array(Int64)) COMMENT 'DDSketch with relative accuracy 1 %: (indices, counts). Index i counts durations in (γ^(i-1), γ^i] ns, γ = 1.01/0.99; its value is 2γ^i/(γ+1). sumMap adds sketches',
  duration_p50_ms Float64 COMMENT '50th percentile of the durations in milliseconds, within 1 %',
  duration_p95_ms Float64 COMMENT '95th percentile of the durations in milliseconds, within 1 %',
  duration_p99_ms Float64 COMMENT '99th percentile of the durations in milliseconds, within 1 %'
)
AS SELECT
  tenant,
  minute,
  max(step_stats_rows.received_time) AS received_time,
  agent,
  kind,
  tool,
  model,
  release,
  environment,
  sum(step_stats_rows.span_count) AS span_count,
  sum(step_stats_rows.error_count) AS error_count,
  sum(step_stats_rows.input_tokens) AS input_tokens,
  sum(step_stats_rows.output_tokens) AS output_tokens,
  sum(step_stats_rows.cost_usd) AS cost_usd,
  sum(step_stats_rows.duration_sum_ns) AS duration_sum_ns,
  max(step_stats_rows.duration_max_ns) AS duration_max_ns,
  sumMap(step_stats_rows.duration_sketch) AS duration_sketch,
  2 * pow(1.01 / 0.99, duration_sketch.1[arrayFirstIndex(c -> c > 0.5 * (arraySum(duration_sketch.2) - 1), arrayCumSum(duration_sketch.2))]) / (1.01 / 0.99 + 1) / 1e6 AS duration_p50_ms,
  2 * pow(1.01 / 0.99, duration_sketch.1[arrayFirstIndex(c -> c > 0.95 * (arraySum(duration_sketch.2) - 1), arrayCumSum(duration_sketch.2))]) / (1.01 / 0.99 + 1) / 1e6 AS duration_p95_ms,
  2 * pow(1.01 / 0.99, duration_sketch.1[arrayFirstIndex(c -> c > 0.99 * (arraySum(duration_sketch.2) - 1), arrayCumSum(duration_sketch.2))]) / (1.01 / 0.99 + 1) / 1e6 AS duration_p99_ms
FROM step_stats_rows
GROUP BY tenant, minute, agent, kind, tool, model, release, environment
COMMENT 'What every workflow step did in every minute of event time';
