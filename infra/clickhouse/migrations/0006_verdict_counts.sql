-- Verdicts counted as they change: a revision adds one to its verdict and takes one from the former, so it never counts twice.
-- A revision that also changes agent, release or environment takes from the new ones: exact per tenant and hour always, per agent as
-- long as the agent of a run stays. `SELECT verdict, count() FROM runs GROUP BY verdict` is exact in every case, and reads more.

CREATE TABLE IF NOT EXISTS verdict_count_rows
(
  tenant LowCardinality(String) COMMENT 'Tenant',
  scope Enum8('run' = 0, 'session' = 1) COMMENT 'What was judged',
  hour DateTime('UTC') COMMENT 'Hour of receivedTime of the first span: the same for every revision',
  agent LowCardinality(String) COMMENT 'Agent',
  release LowCardinality(String) COMMENT 'Version of the agent',
  environment LowCardinality(String) COMMENT 'Environment',
  verdict LowCardinality(String) COMMENT 'Judgement',
  count Int64 COMMENT 'Sum of deltas: +1 for a verdict, -1 for the one that it replaced'
)
ENGINE = SummingMergeTree(count)
PARTITION BY toYYYYMM(hour)
ORDER BY (tenant, scope, hour, agent, release, environment, verdict)
TTL toDate(hour) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'Deltas of verdict counts until they merge. Read the view verdict_counts instead';

CREATE MATERIALIZED VIEW IF NOT EXISTS verdict_counts_from_runs TO verdict_count_rows
AS SELECT
  tenant,
  'run' AS scope,
  toStartOfHour(received_time) AS hour,
  agent,
  release,
  environment,
  tupleElement(delta, 1) AS verdict,
  tupleElement(delta, 2) AS count
FROM
(
  SELECT
    * EXCEPT (verdict),
    arrayJoin(
      if(
        empty(previous_verdict),
        [(toString(verdict), 1)],
        [(toString(verdict), 1), (toString(previous_verdict), -1)]
      )
    ) AS delta
  FROM run_rows
)
COMMENT 'Adds +1 for the verdict of every inserted revision and -1 for the one that it replaces';

CREATE MATERIALIZED VIEW IF NOT EXISTS verdict_counts_from_sessions TO verdict_count_rows
AS SELECT
  tenant,
  'session' AS scope,
  toStartOfHour(received_time) AS hour,
  agent,
  release,
  environment,
  tupleElement(delta, 1) AS verdict,
  tupleElement(delta, 2) AS count
FROM
(
  SELECT
    * EXCEPT (verdict),
    arrayJoin(
      if(
        empty(previous_verdict),
        [(toString(verdict), 1)],
        [(toString(verdict), 1), (toString(previous_verdict), -1)]
      )
    ) AS delta
  FROM session_rows
)
COMMENT 'Adds +1 for the verdict of every inserted revision and -1 for the one that it replaces';

CREATE OR REPLACE VIEW verdict_counts
(
  tenant LowCardinality(String) COMMENT 'Tenant',
  scope Enum8('run' = 0, 'session' = 1) COMMENT 'What was judged',
  hour DateTime('UTC') COMMENT 'Hour of receivedTime of the first span: the same for every revision',
  agent LowCardinality(String) COMMENT 'Agent',
  release LowCardinality(String) COMMENT 'Version of the agent',
  environment LowCardinality(String) COMMENT 'Environment',
  verdict LowCardinality(String) COMMENT 'Judgement',
  count Int64 COMMENT 'Number of them, in their latest revision'
)
AS SELECT
  tenant,
  scope,
  hour,
  agent,
  release,
  environment,
  verdict,
  sum(verdict_count_rows.count) AS count
FROM verdict_count_rows
GROUP BY tenant, scope, hour, agent, release, environment, verdict
HAVING count != 0
COMMENT 'Runs and sessions by verdict, hour, agent, release and environment';
