-- Incidents: many failures of one origin, as one thing with a start and an end.

CREATE TABLE IF NOT EXISTS incident_rows
(
  tenant LowCardinality(String) COMMENT 'Tenant',
  incident_id String COMMENT '32 hex digits, a function of the input alone',
  revision Int32 COMMENT '1 when it is opened',
  state Enum8('open' = 0, 'resolved' = 1) COMMENT 'Resolved once failures of its origin are as rare again as before',
  class Enum8('dependency_failure' = 0, 'model_degradation' = 1, 'context_corruption' = 2, 'coordination_failure' = 3, 'unclassified' = 4) COMMENT 'What kind of failure most of its sessions began with',
  environment LowCardinality(String) COMMENT 'Environment',
  severity Enum8('info' = 0, 'low' = 1, 'medium' = 2, 'high' = 3, 'critical' = 4) COMMENT 'The severest of its findings',
  origin_kind LowCardinality(String) COMMENT 'tool, model, service, agent, handoff or release: what its sessions have in common where they went wrong',
  origin LowCardinality(String) COMMENT 'Its name',
  summary String COMMENT 'One sentence for a person',
  start_time DateTime64(6, 'UTC') COMMENT 'End of the span with which the first of its sessions went wrong',
  last_time DateTime64(6, 'UTC') COMMENT 'End of that of the latest',
  opened_time DateTime64(6, 'UTC') COMMENT 'Log time at which it was opened',
  resolved_time Nullable(DateTime64(6, 'UTC')) COMMENT 'Log time at which it was resolved',
  session_count Int32 COMMENT 'Sessions that went wrong by it',
  sessions_since Int32 COMMENT 'Sessions that ended since it began, whether they went wrong or not',
  sessions Array(String) COMMENT 'The first of them, bounded',
  agents Array(String) COMMENT 'Agents in them, bounded',
  releases Array(String) COMMENT 'Releases of these agents, bounded',
  patterns Array(Tuple(pattern String, sessions Int32)) COMMENT 'The most frequent first: pattern: Failure pattern; sessions: Sessions of the incident that went wrong by it',
  first_trace_id String COMMENT 'Run that went wrong first',
  first_span_id String COMMENT 'Span where it did',
  evidence String COMMENT 'JSON object {type, expected, seen, numbers}: how often sessions went wrong so before and since, and how the class was decided',
  received_time DateTime64(6, 'UTC') COMMENT 'receivedTime of the span that decided the first revision'
)
ENGINE = ReplacingMergeTree(revision)
PARTITION BY toDate(received_time)
ORDER BY (tenant, incident_id)
TTL toDate(received_time) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, default_compression_codec = 'ZSTD(1)'
COMMENT 'Incidents as inserted, every revision a row until they merge. Read the view incidents instead';

CREATE OR REPLACE VIEW incidents
(
  tenant LowCardinality(String) COMMENT 'Tenant',
  incident_id String COMMENT '32 hex digits, a function of the input alone',
  revision Int32 COMMENT '1 when it is opened',
  state Enum8('open' = 0, 'resolved' = 1) COMMENT 'Resolved once failures of its origin are as rare again as before',
  class Enum8('dependency_failure' = 0, 'model_degradation' = 1, 'context_corruption' = 2, 'coordination_failure' = 3, 'unclassified' = 4) COMMENT 'What kind of failure most of its sessions began with',
  environment LowCardinality(String) COMMENT 'Environment',
  severity Enum8('info' = 0, 'low' = 1, 'medium' = 2, 'high' = 3, 'critical' = 4) COMMENT 'The severest of its findings',
  origin_kind LowCardinality(String) COMMENT 'tool, model, service, agent, handoff or release: what its sessions have in common where they went wrong',
  origin LowCardinality(String) COMMENT 'Its name',
  summary String COMMENT 'One sentence for a person',
  start_time DateTime64(6, 'UTC') COMMENT 'End of the span with which the first of its sessions went wrong',
  last_time DateTime64(6, 'UTC') COMMENT 'End of that of the latest',
  opened_time DateTime64(6, 'UTC') COMMENT 'Log time at which it was opened',
  resolved_time Nullable(DateTime64(6, 'UTC')) COMMENT 'Log time at which it was resolved',
  session_count Int32 COMMENT 'Sessions that went wrong by it',
  sessions_since Int32 COMMENT 'Sessions that ended since it began, whether they went wrong or not',
  sessions Array(String) COMMENT 'The first of them, bounded',
  agents Array(String) COMMENT 'Agents in them, bounded',
  releases Array(String) COMMENT 'Releases of these agents, bounded',
  patterns Array(Tuple(pattern String, sessions Int32)) COMMENT 'The most frequent first: pattern: Failure pattern; sessions: Sessions of the incident that went wrong by it',
  first_trace_id String COMMENT 'Run that went wrong first',
  first_span_id String COMMENT 'Span where it did',
  evidence String COMMENT 'JSON object {type, expected, seen, numbers}: how often sessions went wrong so before and since, and how the class was decided',
  received_time DateTime64(6, 'UTC') COMMENT 'receivedTime of the span that decided the first revision'
)
AS SELECT
  tenant,
  incident_id,
  revision,
  state,
  class,
  environment,
  severity,
  origin_kind,
  origin,
  summary,
  start_time,
  last_time,
  opened_time,
  resolved_time,
  session_count,
  sessions_since,
  sessions,
  agents,
  releases,
  patterns,
  first_trace_id,
  first_span_id,
  evidence,
  received_time
FROM incident_rows FINAL
COMMENT 'Every incident in its latest revision';
