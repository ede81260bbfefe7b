-- Findings: a revision replaces the former one; a withdrawn one stays in finding_rows and leaves the view.

CREATE TABLE IF NOT EXISTS finding_rows
(
  tenant LowCardinality(String) COMMENT 'Tenant',
  finding_id String COMMENT '32 hex digits, a function of the input alone',
  revision Int32 COMMENT '1 at first',
  withdrawn Bool COMMENT 'Later spans showed it was none',
  superseded_by String COMMENT 'Finding that replaces this one',
  pattern LowCardinality(String) COMMENT 'Name of the failure pattern',
  scope Enum8('run' = 0, 'session' = 1, 'fleet' = 2) COMMENT 'What it is about',
  severity Enum8('info' = 0, 'low' = 1, 'medium' = 2, 'high' = 3, 'critical' = 4) COMMENT 'info is an observation, no failure',
  confidence Float64 COMMENT '0 to 1',
  trace_id String COMMENT 'Run in which it happened',
  span_id String COMMENT 'Span where it happened',
  root_cause_trace_id String COMMENT 'Run in which it began',
  root_cause_span_id String COMMENT 'Span where it began',
  session_id String COMMENT 'Conversation, as known when it was found',
  agent LowCardinality(String) COMMENT 'Agent',
  release LowCardinality(String) COMMENT 'Agent\'s version',
  environment LowCardinality(String) COMMENT 'Environment',
  workflow LowCardinality(String) COMMENT 'Workflow',
  tool LowCardinality(String) COMMENT 'Tool',
  step LowCardinality(String) COMMENT 'agent/kind/tool: the workflow point',
  summary String COMMENT 'One sentence for a person',
  evidence String COMMENT 'JSON object {type, expected?, seen?, numbers?, spans?} as the pattern documents',
  event_time DateTime64(6, 'UTC') COMMENT 'End of the span where it happened',
  received_time DateTime64(6, 'UTC') COMMENT 'receivedTime of the span that decided it',
  detected_time DateTime64(6, 'UTC') COMMENT 'Log time at which it was decided',
  INDEX trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX session session_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(revision)
PARTITION BY toDate(received_time)
ORDER BY (tenant, finding_id)
TTL toDate(received_time) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, default_compression_codec = 'ZSTD(1)'
COMMENT 'Findings as inserted, every revision a row until they merge. Read the view findings instead';

CREATE OR REPLACE VIEW findings
(
  tenant LowCardinality(String) COMMENT 'Tenant',
  finding_id String COMMENT '32 hex digits, a function of the input alone',
  revision Int32 COMMENT '1 at first',
  superseded_by String COMMENT 'Finding that replaces this one',
  pattern LowCardinality(String) COMMENT 'Name of the failure pattern',
  scope Enum8('run' = 0, 'session' = 1, 'fleet' = 2) COMMENT 'What it is about',
  severity Enum8('info' = 0, 'low' = 1, 'medium' = 2, 'high' = 3, 'critical' = 4) COMMENT 'info is an observation, no failure',
  confidence Float64 COMMENT '0 to 1',
  trace_id String COMMENT 'Run in which it happened',
  span_id String COMMENT 'Span where it happened',
  root_cause_trace_id String COMMENT 'Run in which it began',
  root_cause_span_id String COMMENT 'Span where it began',
  session_id String COMMENT 'Conversation, as known when it was found',
  agent LowCardinality(String) COMMENT 'Agent',
  release LowCardinality(String) COMMENT 'Agent\'s version',
  environment LowCardinality(String) COMMENT 'Environment',
  workflow LowCardinality(String) COMMENT 'Workflow',
  tool LowCardinality(String) COMMENT 'Tool',
  step LowCardinality(String) COMMENT 'agent/kind/tool: the workflow point',
  summary String COMMENT 'One sentence for a person',
  evidence String COMMENT 'JSON object {type, expected?, seen?, numbers?, spans?} as the pattern documents',
  event_time DateTime64(6, 'UTC') COMMENT 'End of the span where it happened',
  received_time DateTime64(6, 'UTC') COMMENT 'receivedTime of the span that decided it',
  detected_time DateTime64(6, 'UTC') COMMENT 'Log time at which it was decided'
)
AS SELECT
  tenant,
  finding_id,
  revision,
  superseded_by,
  pattern,
  scope,
  severity,
  confidence,
  trace_id,
  span_id,
  root_cause_trace_id,
  root_cause_span_id,
  session_id,
  agent,
  release,
  environment,
  workflow,
  tool,
  step,
  summary,
  evidence,
  event_time,
  received_time,
  detected_time
FROM finding_rows FINAL
WHERE NOT withdrawn
COMMENT 'Every finding in its latest revision, without those that were withdrawn';
