-- Outcomes: how conversations really went, as evaluations, users and tests say; and how well the verdicts agree with them.

CREATE TABLE IF NOT EXISTS outcome_rows
(
  tenant LowCardinality(String) COMMENT 'Tenant',
  outcome_id String COMMENT 'Told twice under one id it counts once',
  session_id String COMMENT 'Conversation; empty where only the run is known',
  trace_id String COMMENT 'Run that it is about; empty where only the conversation is known',
  is_success Bool COMMENT 'It went well: a score of at least 0.5',
  score Float64 COMMENT '0 to 1, 1 is best',
  source LowCardinality(String) COMMENT 'Who says it; of one source the latest counts',
  reason String COMMENT 'Why, in its words; bounded',
  time DateTime64(6, 'UTC') COMMENT 'When it was said: event time',
  received_time DateTime64(6, 'UTC') COMMENT 'When it reached us'
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(received_time)
ORDER BY (tenant, outcome_id)
TTL toDate(received_time) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, default_compression_codec = 'ZSTD(1)'
COMMENT 'Outcomes as inserted, again when the conversation of a run becomes known. Read the view outcomes instead';

CREATE OR REPLACE VIEW outcomes
(
  tenant LowCardinality(String) COMMENT 'Tenant',
  outcome_id String COMMENT 'Told twice under one id it counts once',
  session_id String COMMENT 'Conversation; empty while only the run is known',
  trace_id String COMMENT 'Run that it is about; empty where only the conversation is known',
  is_success Bool COMMENT 'It went well: a score of at least 0.5',
  score Float64 COMMENT '0 to 1, 1 is best',
  source LowCardinality(String) COMMENT 'Who says it; of one source the latest counts',
  reason String COMMENT 'Why, in its words; bounded',
  time DateTime64(6, 'UTC') COMMENT 'When it was said: event time',
  received_time DateTime64(6, 'UTC') COMMENT 'When it reached us'
)
AS SELECT
  tenant,
  outcome_id,
  session_id,
  trace_id,
  is_success,
  score,
  source,
  reason,
  time,
  received_time
FROM outcome_rows FINAL
COMMENT 'Every outcome that was told, once; session_id joins it to sessions';

CREATE TABLE IF NOT EXISTS calibration_rows
(
  tenant LowCardinality(String) COMMENT 'Tenant',
  time DateTime64(6, 'UTC') COMMENT 'Log time',
  received_time DateTime64(6, 'UTC') COMMENT 'receivedTime of the latest conversation that counts',
  labels Int32 COMMENT 'Conversations of which the outcome is known',
  failures Int32 COMMENT 'Those that failed',
  brier Nullable(Float64) COMMENT 'Mean squared error of the learned probability; null of nothing',
  prior_brier Nullable(Float64) COMMENT 'The same of the probability by the documented priors alone',
  auc Nullable(Float64) COMMENT 'How surely a failed one has the greater probability, to a hundredth; null where all or none failed',
  prior_auc Nullable(Float64) COMMENT 'The same by the documented priors alone',
  bins Array(Tuple(least Float64, count Int32, predicted Float64, failed Float64)) COMMENT 'The reliability curve, bins without conversations left out: least: Least probability; count: Conversations; predicted: Mean probability; failed: Share that failed',
  weights Array(Tuple(name String, mean Float64, deviation Float64)) COMMENT 'The most certain ones, bounded: name: Pattern, or other evidence; mean: Log-odds for each unit, to be added to the prior weight; deviation: Standard deviation that is left'
)
ENGINE = ReplacingMergeTree(labels)
PARTITION BY toDate(received_time)
ORDER BY (tenant, time)
TTL toDate(received_time) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, default_compression_codec = 'ZSTD(1)'
COMMENT 'Calibration of the verdicts as inserted. Read the view calibration instead';

CREATE OR REPLACE VIEW calibration
(
  tenant LowCardinality(String) COMMENT 'Tenant',
  time DateTime64(6, 'UTC') COMMENT 'Log time',
  received_time DateTime64(6, 'UTC') COMMENT 'receivedTime of the latest conversation that counts',
  labels Int32 COMMENT 'Conversations of which the outcome is known',
  failures Int32 COMMENT 'Those that failed',
  brier Nullable(Float64) COMMENT 'Mean squared error of the learned probability; null of nothing',
  prior_brier Nullable(Float64) COMMENT 'The same of the probability by the documented priors alone',
  auc Nullable(Float64) COMMENT 'How surely a failed one has the greater probability, to a hundredth; null where all or none failed',
  prior_auc Nullable(Float64) COMMENT 'The same by the documented priors alone',
  bins Array(Tuple(least Float64, count Int32, predicted Float64, failed Float64)) COMMENT 'The reliability curve, bins without conversations left out: least: Least probability; count: Conversations; predicted: Mean probability; failed: Share that failed',
  weights Array(Tuple(name String, mean Float64, deviation Float64)) COMMENT 'The most certain ones, bounded: name: Pattern, or other evidence; mean: Log-odds for each unit, to be added to the prior weight; deviation: Standard deviation that is left'
)
AS SELECT
  tenant,
  time,
  received_time,
  labels,
  failures,
  brier,
  prior_brier,
  auc,
  prior_auc,
  bins,
  weights
FROM calibration_rows FINAL
COMMENT 'How well probabilities of failure agreed with what was said of the conversations later, over time; each was predicted before it was learnt from';
