import { parseDuration } from '@spanwise/runtime';
import { parseArguments, parseCount } from '../command/arguments.ts';
import { UsageError } from '../command/usage-error.ts';
import { type Listener, parsePorts } from '../pipeline/pipeline-ports.ts';

export const demoUsage = `Starts the whole pipeline on this machine and feeds it a simulated fleet of agents with faults.

  npm run demo -- [options]

  --for DURATION     end by itself after this long, once everything is judged; exits 1 if anything is wrong
                     (default: until Ctrl-C)
  --report FILE      write the outcome as JSON (needs --for)
  --rate N           spans per second (default 150)
  --seed N           of the fleet; the same seed gives the same sessions and ids, which the same tables take once only
                     (default: 1, another where spans are stored already)
  --no-fleet         only the pipeline, for your own spans
  --data-dir DIR     data and logs, kept for the next start (default: .spanwise/demo, emptied at each start)
  --port N           OTLP/HTTP (default 4318, or a free port if that is taken)
  --port NAME=N      http, grpc, kafka, clickhouse, or the metrics of ingest, detect, correlate, store; may be repeated
  --help

External servers are used in place of embedded ones if SPANWISE_KAFKA_BROKERS or SPANWISE_CLICKHOUSE_URL is set.
`;

export interface DemoCommand {
  readonly forMs: number | undefined;
  readonly report: string | undefined;
  readonly rate: number;
  /** Undefined: the demo chooses one */
  readonly seed: number | undefined;
  readonly fleet: boolean;
  readonly dataDir: string | undefined;
  readonly ports: Partial<Readonly<Record<Listener, number>>>;
}

/** Shorter, and nothing could be judged. */
const SHORTEST_MS = 30_000;

/**
 * @throws UsageError that names the argument which cannot be.
 */
export function parseDemoCommand(args: readonly string[]): DemoCommand | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const forMs = values.for === undefined ? undefined : parseDuration(values.for);
  if (values.for !== undefined && (forMs === undefined || forMs < SHORTEST_MS)) {
    throw new UsageError(
      `--for takes a duration of at least ${SHORTEST_MS / 1000}s, such as 60s or 5m, not '${values.for}'.`,
    );
  }
  if (values.report !== undefined && forMs === undefined) {
    throw new UsageError('--report needs --for: only a demo that ends by itself has an outcome to report.');
  }
  if (!values.fleet && forMs !== undefined) throw new UsageError('--for needs the fleet; leave out --no-fleet.');
  return {
    forMs,
    report: values.report,
    rate: parseCount('--rate', values.rate),
    seed: values.seed === undefined ? undefined : parseCount('--seed', values.seed),
    fleet: values.fleet,
    dataDir: values['data-dir'],
    ports: ports(values.port),
  };
}

function parse(args: readonly string[]) {
  return parseArguments({
    args: [...args],
    allowNegative: true,
    options: {
      for: { type: 'string' },
      report: { type: 'string' },
      rate: { type: 'string', default: '150' },
      seed: { type: 'string' },
      fleet: { type: 'boolean', default: true },
      'data-dir': { type: 'string' },
      port: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
}

function ports(args: readonly string[]): Partial<Record<Listener, number>> {
  try {
    return parsePorts(args);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
