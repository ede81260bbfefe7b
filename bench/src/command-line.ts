import { parseArgs } from 'node:util';

export const usage = `Measures what each stage of the pipeline costs, on a real Kafka and a real ClickHouse of its own.

  npm run bench -- [options]

  --spans N        spans per stage (default 400000)
  --report FILE    write the report as JSON
  --data-dir DIR   where Kafka and ClickHouse keep their data (default: a folder in memory, else in the temporary folder)
  --help

Each service first runs alone: ingest takes spans over OTLP/HTTP as fast as it acknowledges them; detect, correlate and
store then read what lies in Kafka. At last all run together. CPU time is user and system time of each process.
`;

export interface BenchCommand {
  spans: number;
  report: string | undefined;
  dataDir: string | undefined;
}

/** Throws an Error that names the argument which cannot be. */
export function parseBenchCommand(args: readonly string[]): BenchCommand | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      spans: { type: 'string', default: '400000' },
      report: { type: 'string' },
      'data-dir': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const spans = Number(values.spans);
  if (!Number.isInteger(spans) || spans < 1000)
    throw new Error(`--spans takes a number from 1000, not '${values.spans}'.`);
  return { spans, report: values.report, dataDir: values['data-dir'] };
}
