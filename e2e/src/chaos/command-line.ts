import { parseArguments, parseCount, UsageError } from '@spanwise/local/command';

export const chaosUsage = `Runs the whole system on a real Kafka and a real ClickHouse under a steady load with known content, breaks parts of it at
random, and compares what came out with what was sent and with what an undisturbed system makes of the same input.

  npm run chaos -- [options]

  --minutes N       how long the load and the faults last (default 10; from 0.5 to 1440)
  --seed N          of spans and faults: the same seed gives the same schedule (default 1)
  --rate N          spans per second (default 5300; what was reached is in the report)
  --report FILE     write the outcome as JSON; until there is one, that the run is not ok
  --broker-kills    kill -9 the broker, too; reported apart, and no promise of ours (see docs/guarantees.md)
  --only KINDS      faults of these kinds alone, separated by commas; 'none' for no fault at all
  --patience SEC    how long the system may take to catch up and be well after the last fault (default 1200)
  --data-dir DIR    data and logs, kept; a new or empty folder (default: a folder in memory where it has room, else a temporary one; removed at the end)
  --help

Exits 1 if anything was lost, doubled or judged otherwise than by the undisturbed system, or if a run with all faults met too few
of them, too little load, or too few findings known in advance to tell (see e2e/src/chaos/README.md).
`;

const [LEAST_MINUTES, MOST_MINUTES] = [0.5, 24 * 60];

export interface ChaosCommand {
  readonly minutes: number;
  readonly seed: number;
  /** Spans per second */
  readonly rate: number;
  readonly report: string | undefined;
  readonly brokerKills: boolean;
  /** Kinds of faults; undefined: all but kills of the broker. */
  readonly only: readonly string[] | undefined;
  readonly patienceSeconds: number;
  readonly dataDir: string | undefined;
}

/**
 * @param kinds that there are
 * @throws UsageError that names the argument which cannot be.
 */
export function parseChaosCommand(args: readonly string[], kinds: readonly string[]): ChaosCommand | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const minutes = Number(values.minutes);
  if (!(minutes >= LEAST_MINUTES && minutes <= MOST_MINUTES)) {
    throw new UsageError(`--minutes takes a number from ${LEAST_MINUTES} to ${MOST_MINUTES}, not '${values.minutes}'.`);
  }
  const only = values.only?.split(',').filter((kind) => kind !== '' && kind !== 'none');
  const unknown = only?.find((kind) => !kinds.includes(kind));
  if (unknown !== undefined) {
    throw new UsageError(`There is no fault '${unknown}'; there are: ${kinds.join(', ')}.`);
  }
  return {
    minutes,
    seed: parseCount('--seed', values.seed),
    rate: parseCount('--rate', values.rate),
    report: values.report,
    brokerKills: values['broker-kills'],
    only,
    patienceSeconds: parseCount('--patience', values.patience),
    dataDir: values['data-dir'],
  };
}

function parse(args: readonly string[]) {
  return parseArguments({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      rate: { type: 'string', default: '5300' },
      report: { type: 'string' },
      'broker-kills': { type: 'boolean', default: false },
      only: { type: 'string' },
      patience: { type: 'string', default: '1200' },
      'data-dir': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
}
