-- Sessions: one conversation, judged provisionally after each run and finally after its gap.

CREATE TABLE IF NOT EXISTS session_rows
(
  tenant LowCardinality(String) COMMENT 'Tenant',
  session_id String COMMENT 'Conversation',
  revision Int32 COMMENT '1 at first',
  final Bool COMMENT 'Its inactivity gap has passed',
  agent LowCardinality(String) COMMENT 'Agent of the first run',
  release LowCardinality(String) COMMENT 'Its version',
  environment LowCardinality(String) COMMENT 'Environment',
  workflow LowCardinality(String) COMMENT 'Workflow',
  user_id String COMMENT 'End user',
  run_count Int32 COMMENT 'Runs',
  trace_ids Array(String) COMMENT 'Runs, oldest first, bounded',
  start_time DateTime64(6, 'UTC') COMMENT 'Earliest start',
  duration_ns Int64 COMMENT 'Latest end minus earliest start',
  received_time DateTime64(6, 'UTC') COMMENT 'receivedTime of the first span of the first run',
  judged_time DateTime64(6, 'UTC') COMMENT 'Log time',
  verdict Enum8('correct' = 0, 'suspect' = 1, 'failed' = 2, 'abandoned' = 3) COMMENT 'Judgement',
  previous_verdict LowCardinality(String) COMMENT 'Verdict of the former revision; empty at first',
  failure_probability Float64 COMMENT '0 to 1',
  reasons Array(Tuple(pattern String, finding_id String, weight Float64, trace_id String, span_id String, summary String)) COMMENT 'In order of weight, bounded: pattern: Failure pattern; finding_id: Finding; weight: Contribution to the log-odds of failure; trace_id: Run; span_id: Span where it happened; summary: One sentence',
  root_cause_trace_id String COMMENT 'Run where the weightiest failure began',
  root_cause_span_id String COMMENT 'Span where it began',
  span_count Int32 COMMENT 'Spans seen, resends not counted',
  llm_calls Int32 COMMENT 'Inference spans',
  tool_calls Int32 COMMENT 'Tool spans',
  error_count Int32 COMMENT 'Failed spans',
  finding_count Int32 COMMENT 'Findings above info',
  input_tokens Int64 COMMENT 'Sum over inference spans',
  output_tokens Int64 COMMENT 'Sum over inference spans',
  cost_usd Float64 COMMENT 'Sum over inference spans'
)
ENGINE = ReplacingMergeTree(revision)
PARTITION BY toDate(received_time)
ORDER BY (tenant, session_id)
TTL toDate(received_time) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, default_compression_codec = 'ZSTD(1)'
COMMENT 'Judged conversations as inserted, every revision a row until they merge. Read the view sessions instead';

CREATE OR REPLACE VIEW sessions
(
  tenant LowCardinality(String) COMMENT 'Tenant',
  session_id String COMMENT 'Conversation',
  revision Int32 COMMENT '1 at first',
  final Bool COMMENT 'Its inactivity gap has passed',
  agent LowCardinality(String) COMMENT 'Agent of the first run',
  release LowCardinality(String) COMMENT 'Its version',
  environment LowCardinality(String) COMMENT 'Environment',
  workflow LowCardinality(String) COMMENT 'Workflow',
  user_id String COMMENT 'End user',
  run_count Int32 COMMENT 'Runs',
  trace_ids Array(String) COMMENT 'Runs, oldest first, bounded',
  start_time DateTime64(6, 'UTC') COMMENT 'Earliest start',
  end_time DateTime64(6, 'UTC') COMMENT 'Latest end',
  duration_ns Int64 COMMENT 'Latest end minus earliest start',
  duration_ms Float64 COMMENT 'Latest end minus earliest start, milliseconds',
  received_time DateTime64(6, 'UTC') COMMENT 'receivedTime of the first span of the first run',
  judged_time DateTime64(6, 'UTC') COMMENT 'Log time',
  verdict Enum8('correct' = 0, 'suspect' = 1, 'failed' = 2, 'abandoned' = 3) COMMENT 'Judgement',
  previous_verdict LowCardinality(String) COMMENT 'Verdict of the former revision; empty at first',
  failure_probability Float64 COMMENT '0 to 1',
  reasons Array(Tuple(pattern String, finding_id String, weight Float64, trace_id String, span_id String, summary String)) COMMENT 'In order of weight, bounded: pattern: Failure pattern; finding_id: Finding; weight: Contribution to the log-odds of failure; trace_id: Run; span_id: Span where it happened; summary: One sentence',
  root_cause_trace_id String COMMENT 'Run where the weightiest failure began',
  root_cause_span_id String COMMENT 'Span where it began',
  span_count Int32 COMMENT 'Spans seen, resends not counted',
  llm_calls Int32 COMMENT 'Inference spans',
  tool_calls Int32 COMMENT 'Tool spans',
  error_count Int32 COMMENT 'Failed spans',
  finding_count Int32 COMMENT 'Findings above info',
  input_tokens Int64 COMMENT 'Sum over inference spans',
  output_tokens Int64 COMMENT 'Sum over inference spans',
  cost_usd Float64 COMMENT 'Sum over inference spans'
)
AS SELECT
  tenant,
  session_id,
  revision,
  final,
  agent,
  release,
  environment,
  workflow,
  user_id,
  run_count,
  trace_ids,
  start_time,
  start_time + toIntervalNanosecond(duration_ns) AS end_time,
  duration_ns,
  duration_ns / 1e6 AS duration_ms,
  received_time,
  judged_time,
  verdict,
  previous_verdict,
  failure_probability,
  reasons,
  root_cause_trace_id,
  root_cause_span_id,
  span_count,
  llm_calls,
  tool_calls,
  error_count,
  finding_count,
  input_tokens,
  output_tokens,
  cost_usd
FROM session_rows FINAL
COMMENT 'Every conversation in its latest revision; final once its gap has passed';
