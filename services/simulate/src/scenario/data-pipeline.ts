import { changeLatency, searchLatency } from '../distributions.ts';
import { Script } from '../plan/script.ts';
import type { AgentProfile } from '../plan/step.ts';
import { oneOfWords, type Scenario, textArgument, toolSpec, wholeNumber } from './scenario.ts';

const agent: AgentProfile = {
  name: 'pipeline-operator',
  model: 'gemini-2.5-pro',
  provider: 'gcp.vertex_ai',
  system:
    'You operate data pipelines: check inputs, run jobs, verify what they wrote. Never write to production without a check.',
  service: 'pipeline-operator',
  tools: [
    toolSpec('list_partitions', 'Lists the partitions of a table.', {
      table: textArgument('name'),
      day: textArgument('YYYY-MM-DD'),
    }),
    toolSpec('run_query', 'Runs SQL on the warehouse.', { sql: textArgument('SQL') }, { backend: 'warehouse' }),
    toolSpec(
      'start_job',
      'Starts a job.',
      { job: textArgument('name'), day: textArgument('YYYY-MM-DD'), mode: oneOfWords('full', 'incremental') },
      { mutates: true, backend: 'job-runner' },
    ),
    toolSpec(
      'job_status',
      'Says how far a job is.',
      { job_id: textArgument('id') },
      { backend: 'job-runner', fallback: 'job_history' },
    ),
    toolSpec('job_history', 'Reads the state of a job from the history.', { job_id: textArgument('id') }),
    toolSpec(
      'search_logs',
      'Searches the logs of a job.',
      { job_id: textArgument('id'), words: textArgument('words'), limit: wholeNumber('most lines') },
      { optional: ['limit'] },
    ),
    toolSpec('publish_report', 'Publishes numbers.', {
      table: textArgument('name'),
      day: textArgument('day'),
      rows: wholeNumber('rows'),
    }),
  ],
};

const tables = ['orders_daily', 'clicks_hourly', 'invoices', 'stock_levels', 'sessions'];

/** A pipeline is run for a day: inputs checked, job started, what it wrote counted and published. */
export const dataPipeline: Scenario = {
  name: 'data-pipeline',
  plan(random, earlier) {
    const table = random.pick(tables);
    const day = `2026-0${random.integer(1, 9)}-${random.integer(10, 28)}`;
    const jobId = `job-${random.hex(7)}`;
    const rows = random.integer(2_000, 900_000);
    const mode = random.pick(['full', 'incremental']);
    const request = `Load ${table} for ${day} in mode ${mode}, then publish the row count. Do not touch any other day.`;

    const script = new Script(agent, random);
    const checks = [
      {
        tool: 'list_partitions',
        arguments: { table, day },
        result: { table, partitions: Array.from({ length: random.integer(2, 5) }, (_, i) => `${day}/part-${i}`) },
      },
      {
        tool: 'run_query',
        arguments: { sql: `SELECT count(*) AS rows FROM raw_${table} WHERE day = '${day}'` },
        result: { columns: ['rows'], rows: [[rows]] },
        latency: searchLatency,
      },
      {
        tool: 'run_query',
        arguments: { sql: `SELECT count(*) AS nulls FROM raw_${table} WHERE day = '${day}' AND id IS NULL` },
        result: { columns: ['nulls'], rows: [[0]] },
        latency: searchLatency,
      },
    ];
    if (random.chance(0.3)) script.callAll('I check the inputs.', checks);
    else for (const check of checks) script.call('I check an input.', check);
    script
      .call('The inputs are there: I start the job.', {
        tool: 'start_job',
        arguments: { job: `load_${table}`, day, mode },
        result: { job_id: jobId, state: 'started' },
        latency: changeLatency,
      })
      .call('Is it done?', {
        tool: 'job_status',
        arguments: { job_id: jobId },
        result: { job_id: jobId, state: 'finished', rows_written: rows },
      })
      .call('I verify what was written.', {
        tool: 'run_query',
        arguments: { sql: `SELECT count(*) AS rows FROM ${table} WHERE day = '${day}'` },
        result: { columns: ['rows'], rows: [[rows]] },
        latency: searchLatency,
      })
      .call('The numbers agree: I publish.', {
        tool: 'publish_report',
        arguments: { table, day, rows },
        result: { report_id: `rep-${random.hex(6)}`, published: true },
      });
    const answer = `${table} is loaded for ${day} (${mode}): ${rows} rows, published. No other day was touched.`;
    return {
      scenario: 'data-pipeline',
      root: script.answer(request, answer, earlier),
      clockOffsetsUs: new Map(),
      taken: new Set(),
    };
  },
};
