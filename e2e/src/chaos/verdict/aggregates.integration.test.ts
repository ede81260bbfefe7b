/** The comparison itself, on tables with the columns that it reads. */
import { uniqueName } from '@spanwise/testkit';
import { beforeEach, expect, it } from 'vitest';
import { differingAggregates } from './aggregates.ts';
import { TestTables } from './tables.fixture.ts';

const tables = new TestTables();
let database: string;

const END = '2026-11-22 10:00:30.000000';
const MINUTE = '2026-11-22 10:00:00.000000';
const HOUR = MINUTE;

beforeEach(async () => {
  database = uniqueName('aggregates');
  const columns = {
    spans: `trace_id String, span_id String, end_time DateTime64(6, 'UTC'), kind String, tool String, model String, failed Bool,
      input_tokens Nullable(Int64), output_tokens Nullable(Int64), cost_usd Nullable(Float64), duration_ns Int64`,
    step_stats: `minute DateTime64(6, 'UTC'), kind String, tool String, model String, span_count Int64, error_count Int64,
      input_tokens Int64, output_tokens Int64, cost_usd Float64, duration_sum_ns Int64, duration_max_ns Int64,
      duration_sketch Tuple(Array(Int32), Array(Int64))`,
    runs: "received_time DateTime64(6, 'UTC'), verdict String",
    sessions: "received_time DateTime64(6, 'UTC'), verdict String",
    verdict_counts: "scope String, hour DateTime64(6, 'UTC'), verdict String, count Int64",
  };
  await tables.create(database, columns);
  await insert('spans', [span('a', 's1', 10), span('a', 's2', 20), span('b', 's1', 30)]);
  await insert('runs', [{ received_time: END, verdict: 'failed' }]);
  await insert('verdict_counts', [{ scope: 'run', hour: HOUR, verdict: 'failed', count: 1 }]);
});

const span = (trace_id: string, span_id: string, tokens: number) => ({
  trace_id,
  span_id,
  end_time: END,
  kind: 'llm',
  tool: '',
  model: 'm',
  failed: tokens === 10,
  input_tokens: tokens,
  output_tokens: null,
  cost_usd: 0.25,
  duration_ns: 5_000_000,
});

const insert = (table: string, values: object[]): Promise<void> => tables.insert(database, table, ...values);

/** Step statistics as if so many spans of these tokens and errors had been counted. */
async function counted(spans: number, tokens: number, errors = 1): Promise<void> {
  const sums = { span_count: spans, error_count: errors, input_tokens: tokens, output_tokens: 0, cost_usd: spans / 4 };
  const durations = { duration_sum_ns: spans * 5_000_000, duration_max_ns: 5_000_000, duration_sketch: [[7], [spans]] };
  await insert('step_stats', [{ minute: MINUTE, kind: 'llm', tool: '', model: 'm', ...sums, ...durations }]);
}

const late = [{ traceId: 'a', spanId: 's2', copies: 1 }];
const found = async (copies = late.slice(1), unjudged: string[] = []) =>
  (await differingAggregates(tables.client, database, copies, unjudged)).map(({ aggregate }) => aggregate);

it('what was counted once is what its base gives', async () => {
  await counted(3, 60);
  expect(await found()).toEqual([]);
});

it.each([
  ['a span too many', 4, 80],
  ['a span too few', 2, 40],
  ['other tokens', 3, 61],
])('tells of %s', async (_, spans, tokens) => {
  await counted(spans, tokens);
  expect(await found()).toEqual(['step_stats from spans']);
});

it.each([
  ['a late copy may count', 4, 80, 1, []],
  ['it need not', 3, 60, 1, []],
  ['with what it says, and no more', 4, 81, 1, ['step_stats from spans']],
  ['not with the error of another', 4, 80, 2, ['step_stats from spans']],
  ['once', 5, 100, 1, ['step_stats from spans']],
])('%s', async (_, spans, tokens, errors, expected) => {
  await counted(spans, tokens, errors);
  expect(await found(late)).toEqual(expected);
});

it('a span that nobody judges must not count', async () => {
  await counted(3, 60);
  expect(await found([], ['b'])).toEqual(['step_stats from spans']);
});

it('tells of verdicts that are counted wrongly', async () => {
  await counted(3, 60);
  await insert('verdict_counts', [{ scope: 'run', hour: HOUR, verdict: 'failed', count: 1 }]);
  expect(await found()).toEqual(['verdict_counts from runs']);
});
