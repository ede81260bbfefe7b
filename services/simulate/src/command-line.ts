import { parseArgs } from 'node:util';
import { parseDuration } from '@spanwise/runtime';
import { conventions } from './convention/conventions.ts';
import type { FleetMix } from './fleet-mix.ts';
import { negatives } from './negative/negatives.ts';
import { presets } from './preset.ts';
import { scenarios } from './scenario/scenarios.ts';
import { FIRST_TEST_SEED } from './strength.ts';
import { faultNames } from './truth.ts';

/** The command line is wrong; `message` says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const destinations = ['otlp', 'spans', 'otlp_spans'] as const;

export type Destination = (typeof destinations)[number];

const namesOf = (items: readonly { readonly name: string }[]): string => items.map(({ name }) => name).join(', ');

export const usage = `Simulates a fleet of AI agents with known faults and sends its spans.

  npm run simulate -- [options]

Where to:
  --to WHERE           otlp (default)  OTLP/HTTP at --endpoint
                       spans           the Kafka topic, in blocks as ingest writes them
                       otlp_spans      the Kafka topic, as the Kafka exporter of OpenTelemetry's Collector writes it
  --endpoint URL       base of OTLP/HTTP (default http://127.0.0.1:4318)
  --truth FILE         where to write what was put where, as JSON lines; never in the spans
  --truth-topic NAME   the same into a Kafka topic, which is created where it is missing
How fast:
  --rate N             spans per second of the fleet's time (default 400; with --fast as the mix has it)
  --for DURATION       ends after 60s, 5m, 14d, … of the fleet's time (default: goes on until it is stopped)
  --fast               in simulated time, as fast as the spans are taken, ending now; needs --for. Into spans, messages bear
                       the fleet's time: that is log time for services with SPANWISE_LOG_CLOCK=messages
What:
  --preset NAME        what the fleet is like (default small):
${presets.map(({ name, doc }) => `                         ${name.padEnd(9)} ${doc}`).join('\n')}
  --mix FILE           what is different from the preset, YAML or JSON as docs/examples/fleet.yaml; options go before it
  --seed N             another fleet for each number (default 1). Seeds below ${FIRST_TEST_SEED} are for development, from ${FIRST_TEST_SEED} on for
                       testing: their faults have other strengths
  --fault-share X      share of runs with a fault, 0 to 1 (default the preset's)
  --negative-share X   share of runs that resemble a fault and have none (default the preset's)
  --strengths A-B      from where to where on the scale faults are: 0 barely one, 1 as strong as can be (default 0-1)
  --faults A,B         only these: ${faultNames.join(', ')}
  --negatives A,B      only these: ${namesOf(negatives)}
  --scenarios A,B      only these kinds of agents: ${namesOf(scenarios)}
  --conventions A,B    only these: ${namesOf(conventions)}
  --help

On a terminal the totals are shown; elsewhere a line of JSON with them goes to standard output about once a second, and at the end.

`;

export type Command =
  | { readonly help: true }
  | {
      readonly help: false;
      readonly to: Destination;
      readonly endpoint: string;
      readonly truthFile?: string;
      readonly truthTopic?: string;
      readonly spansPerSecond?: number;
      readonly durationMs?: number;
      readonly isFast: boolean;
      /** File that says what the fleet is made of where `mix` does not */
      readonly mixFile?: string;
      readonly mix: Partial<FleetMix>;
    };

const DEFAULT_RATE = 400;

/** @throws UsageError */
export function readCommandLine(args: readonly string[]): Command {
  const values = parsed(args);
  if (values.help) return { help: true };
  const durationMs = values.for === undefined ? undefined : parseDuration(values.for);
  if (values.for !== undefined && !durationMs)
    throw new UsageError(`--for takes a duration such as 60s, got '${values.for}'`);
  if (values.fast && durationMs === undefined)
    throw new UsageError('--fast needs --for, the time that the fleet lives');
  if (!URL.canParse(values.endpoint)) {
    throw new UsageError(`--endpoint takes a URL such as http://127.0.0.1:4318, got '${values.endpoint}'`);
  }
  const to = destinations.find((each) => each === values.to);
  if (!to) throw new UsageError(`--to takes ${destinations.join(', ')}, got '${values.to}'`);
  const rate = number('rate', values.rate, { above: 0 }) ?? (values.fast ? undefined : DEFAULT_RATE);
  return {
    ...{ help: false, to, endpoint: values.endpoint, isFast: values.fast, mix: mixOf(values) },
    ...given({ durationMs, spansPerSecond: rate, mixFile: values.mix }),
    ...given({ truthFile: values.truth, truthTopic: values['truth-topic'] }),
  };
}

function mixOf(values: ReturnType<typeof parsed>): Partial<FleetMix> {
  return given({
    seed: number('seed', values.seed, {}),
    preset: values.preset,
    faultShare: number('fault-share', values['fault-share'], {}),
    negativeShare: number('negative-share', values['negative-share'], {}),
    strengths: strengths(values.strengths),
    faults: values.faults?.split(','),
    negatives: values.negatives?.split(','),
    scenarios: values.scenarios?.split(','),
    conventions: values.conventions?.split(','),
  });
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        to: { type: 'string', default: 'otlp' },
        endpoint: { type: 'string', default: 'http://127.0.0.1:4318' },
        truth: { type: 'string' },
        'truth-topic': { type: 'string' },
        rate: { type: 'string' },
        for: { type: 'string' },
        fast: { type: 'boolean', default: false },
        preset: { type: 'string' },
        mix: { type: 'string' },
        seed: { type: 'string' },
        'fault-share': { type: 'string' },
        'negative-share': { type: 'string' },
        strengths: { type: 'string' },
        faults: { type: 'string' },
        negatives: { type: 'string' },
        scenarios: { type: 'string' },
        conventions: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; see --help`);
  }
}

function number(name: string, text: string | undefined, { above }: { above?: number }): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && (above === undefined || value > above)) return value;
  throw new UsageError(`--${name} takes a number${above === undefined ? '' : ` above ${above}`}, got '${text}'`);
}

function strengths(text: string | undefined): [number, number] | undefined {
  if (text === undefined) return undefined;
  const [, least, most] = /^(\d*\.?\d+)-(\d*\.?\d+)$/.exec(text) ?? [];
  if (least === undefined || most === undefined) {
    throw new UsageError(`--strengths takes two numbers such as 0.2-0.8, got '${text}'`);
  }
  return [Number(least), Number(most)];
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is undefined. */
function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}
