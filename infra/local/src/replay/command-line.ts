import { parseDuration } from '@spanwise/runtime';
import { parseArguments } from '../command/arguments.ts';
import { UsageError } from '../command/usage-error.ts';

export const replayUsage = `Sends recorded OTLP files through the whole pipeline and reports what came of each.

  npm run replay -- FILE… [options]

  FILE               OTLP traces: JSON lines, a JSON document, or a protobuf message; gzip or not
  --labels FILE      outcomes, one JSON object a line: {"session_id" or "trace_id", "success": true|false}
  --report FILE      write the report as JSON
  --data-dir DIR     where a running pipeline is looked for, else where its own data goes
                     (default: the running demo, else .spanwise/replay, emptied at each start)
  --own              start a pipeline of its own even if the demo is running
  --wait DURATION    give up when nothing has moved for this long (default 2m)
  --help

A running demo takes the files; else a pipeline is started for them and ended afterwards.
`;

export interface ReplayCommand {
  readonly files: readonly string[];
  readonly labels: string | undefined;
  readonly report: string | undefined;
  readonly dataDir: string | undefined;
  readonly own: boolean;
  readonly waitMs: number;
}

/**
 * @throws UsageError that names the argument which cannot be.
 */
export function parseReplayCommand(args: readonly string[]): ReplayCommand | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  if (positionals.length === 0) throw new UsageError('Name at least one file to replay (--help shows how).');
  const waitMs = parseDuration(values.wait);
  if (waitMs === undefined) throw new UsageError(`--wait takes a duration such as 90s or 5m, not '${values.wait}'.`);
  return {
    files: positionals,
    labels: values.labels,
    report: values.report,
    dataDir: values['data-dir'],
    own: values.own,
    waitMs,
  };
}

function parse(args: readonly string[]) {
  return parseArguments({
    args: [...args],
    allowPositionals: true,
    options: {
      labels: { type: 'string' },
      report: { type: 'string' },
      'data-dir': { type: 'string' },
      own: { type: 'boolean', default: false },
      wait: { type: 'string', default: '2m' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}
