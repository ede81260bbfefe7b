import { parseArguments, parseCount, UsageError } from '@spanwise/local/command';
import { conventions, FIRST_TEST_SEED, type FleetMix, MixFileError, presets, readMix } from '@spanwise/simulate';
import { bounds } from './bounds.ts';
import type { EvaluationOptions } from './options.ts';
import { MOST_APART } from './parity.ts';

export const usage = `Lets a simulated fleet live, judges its spans by the detectors, and compares what is found with what was put there.
Everything happens in simulated time.

  npm run evaluate -- [options]

  --preset NAME        what the fleet is like (default fleet):
${presets.map(({ name, doc }) => `                         ${name.padEnd(9)} ${doc}`).join('\n')}
  --sessions N         conversations (default 1000)
  --history N          conversations without faults before those, from which normals are learned (default six tenths as many)
  --seed S             another fleet for each number (default 1). Seeds below ${FIRST_TEST_SEED} are for development, from ${FIRST_TEST_SEED} on for testing:
                       their faults have other strengths
  --convention NAME    only this one: ${conventions.map(({ name }) => name).join(', ')} (default all),
                       or 'each': the same fleet in one after the other, side by side
  --through WHAT       memory (default)  the topologies of detect and correlate, on the engine without a broker
                       kafka   the services themselves, on Kafka and ClickHouse: embedded ones, or those that
                               SPANWISE_KAFKA_BROKERS and SPANWISE_CLICKHOUSE_URL name, in topics and tables of its own
  --mix FILE           what is different from the preset, YAML or JSON as docs/examples/fleet.yaml; options go before it
  --faults A,B         only these
  --fault-share X      share of runs with a fault (default the preset's); 0 for a clean fleet
  --negative-share X   share of runs that resemble a fault and have none (default the preset's)
  --report FILE        the result as JSON
  --details FILE       counts, intervals and the confusion between patterns as JSON
  --data-dir DIR       data and logs of kafka (default .spanwise/evaluate, emptied at each start)
  --mistakes PATTERN   a line of JSON for each mistake with this pattern, or 'all'; of 'each', those that not all conventions share
  --help

The report: {ok, preset, seed, sessions, spans, convention, patterns, verdict}; shares of nothing are null, delayP99Ms counts from
the release of the span that decided a finding. A finding that answers no fault itself and points, by superseded_by, to one of
its run that does (or to what points there) is told as its consequence: it counts neither for nor against precision. How many
there were stands below the table and in the details. In a conversation without faults nothing is a consequence.
Of a fleet with campaigns (--preset campaigns --history 0) it has campaigns, too: it says what holds over the fleet and whether it was found, after
how many sessions of its agent, whether the planted condition is the one that ranks first, and what was announced that does not hold, per
simulated week, also what was withdrawn later.
The report is ok when every span was judged and every pattern keeps these bounds: where
it was injected, precision ≥ ${bounds.precision}, recall ≥ ${bounds.recall}, localisation ≥ ${bounds.localisation}; fewer than ${bounds.falseAlarms} false alarm per 1,000 clean sessions.
Exits 1 when it is not, and says which bounds are missed.
Of 'each': {ok, conventions: [report…], differences}; ok when every report is, and no recall, no precision and no
localisation differs by more than ${MOST_APART}.
`;

/** So that of 5,000 conversations every agent and every pair of agents is known well in each partition before the first. */
const HISTORY_SHARE = 0.6;

export interface EvaluateCommand extends EvaluationOptions {
  readonly through: 'memory' | 'kafka';
  readonly dataDir: string | undefined;
  readonly report: string | undefined;
  readonly details: string | undefined;
  readonly mistakes: string | undefined;
}

/** @throws UsageError that names the option which cannot be */
export function parseEvaluateCommand(args: readonly string[]): EvaluateCommand | 'help' {
  const { values } = parseArguments({
    args: [...args],
    options: {
      preset: { type: 'string' },
      sessions: { type: 'string', default: '1000' },
      history: { type: 'string' },
      seed: { type: 'string' },
      mix: { type: 'string' },
      through: { type: 'string', default: 'memory' },
      'data-dir': { type: 'string' },
      convention: { type: 'string', default: 'all' },
      faults: { type: 'string' },
      'fault-share': { type: 'string' },
      'negative-share': { type: 'string' },
      report: { type: 'string' },
      details: { type: 'string' },
      mistakes: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const { convention, report, details, mistakes, faults, through } = values;
  if (through !== 'memory' && through !== 'kafka') {
    throw new UsageError(`--through takes memory or kafka, not '${through}'.`);
  }
  const mix = values.mix === undefined ? {} : mixIn(values.mix);
  const faultShare = share('--fault-share', values['fault-share']);
  const negativeShare = share('--negative-share', values['negative-share']);
  const sessions = parseCount('--sessions', values.sessions);
  return {
    ...mix,
    ...{ convention, report, details, mistakes, through, dataDir: values['data-dir'] },
    preset: values.preset ?? mix.preset ?? 'fleet',
    sessions,
    history:
      values.history === undefined ? Math.round(HISTORY_SHARE * sessions) : wholeNumber('--history', values.history, 9),
    seed: values.seed === undefined ? (mix.seed ?? 1) : wholeNumber('--seed', values.seed, 15),
    ...(faults === undefined ? {} : { faults: faults.split(',') }),
    ...(faultShare === undefined ? {} : { faultShare }),
    ...(negativeShare === undefined ? {} : { negativeShare }),
  };
}

function mixIn(file: string): Partial<FleetMix> {
  try {
    return readMix(file);
  } catch (error) {
    throw error instanceof MixFileError ? new UsageError(error.message) : error;
  }
}

/** From 0 on, of at most so many digits. */
function wholeNumber(option: string, text: string, mostDigits: number): number {
  if (/^\d+$/.test(text) && text.length <= mostDigits) return Number(text);
  throw new UsageError(`${option} takes a whole number, not '${text}'.`);
}

function share(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new UsageError(`${option} takes a share from 0 to 1, not '${text}'.`);
}
