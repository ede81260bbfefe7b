import { parseArguments, UsageError } from '@spanwise/local/command';
import type { Severity } from '@spanwise/schemas';
import { severities } from './severities.ts';

export const scanUsage = `Audits recorded traces by the same detectors as the pipeline, without Kafka or ClickHouse.

  npm run spanwise -- scan FILE… [options]

  FILE               OTLP traces: JSON lines, a JSON document, or a protobuf message; gzip or not.
                     Of a folder every .json, .jsonl, .ndjson, .pb and .bin in it, gzip or not
  --fail-on SEVERITY exit with 1 if a session failed, or has a finding as grave as that or graver:
                     ${severities.join(', ')}
  --settings FILE    contracts, tool schemas, critical keys and settings of detectors, as detect takes them
                     by SPANWISE_DETECT_SETTINGS_FILE
  --json             the report as JSON on standard output, in place of text
  --junit FILE       write the report as JUnit XML too: a test case for each session, which fails
                     where --fail-on names it
  --all              list every session and every finding, also sessions that are correct and findings
                     that are observations (info)
  --help

Exit codes: 0 nothing was found that --fail-on names; 1 something was; 2 a wrong argument, or part of a
file could not be read: then the report is not of everything.
`;

export interface ScanCommand {
  readonly files: readonly string[];
  readonly failOn: Severity | undefined;
  readonly settings: string | undefined;
  readonly json: boolean;
  readonly junit: string | undefined;
  readonly all: boolean;
}

/** @throws UsageError that names the argument which cannot be. */
export function parseScanCommand(args: readonly string[]): ScanCommand | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  if (positionals.length === 0) throw new UsageError('Name at least one file or folder to scan (--help shows how).');
  return {
    files: positionals,
    failOn: values['fail-on'] === undefined ? undefined : severityOf(values['fail-on']),
    settings: values.settings,
    json: values.json,
    junit: values.junit,
    all: values.all,
  };
}

function severityOf(text: string): Severity {
  const severity = severities.find((each) => each === text);
  if (severity) return severity;
  throw new UsageError(`--fail-on takes one of ${severities.join(', ')}, not '${text}'.`);
}

function parse(args: readonly string[]) {
  return parseArguments({
    args: [...args],
    allowPositionals: true,
    options: {
      'fail-on': { type: 'string' },
      settings: { type: 'string' },
      json: { type: 'boolean', default: false },
      junit: { type: 'string' },
      all: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}
