import { parseArgs } from 'node:util';
import { parseDuration } from '@spanwise/runtime';
import { conventions } from './convention/conventions.ts';
import type { FleetOptions } from './fleet.ts';
import { presets } from './preset.ts';
import { faultNames } from './truth.ts';

/** The command line is wrong; `message` says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `Simulates a fleet of AI agents with known faults and sends its spans over OTLP/HTTP.

  --endpoint URL       base of OTLP/HTTP (default http://127.0.0.1:4318)
  --rate N             spans per second (default 400)
  --for DURATION       ends after 60s, 5m, … (default: goes on until it is stopped)
  --preset NAME        what the fleet is like (default small):
${presets.map(({ name, doc }) => `                         ${name.padEnd(6)} ${doc}`).join('\n')}
  --seed N             another fleet for each number (default 1)
  --truth FILE         where to write what was put where, as JSON lines
  --fault-share X      share of runs with a fault, 0 to 1 (default the preset's)
  --negative-share X   share of runs that resemble a fault and have none (default the preset's)
  --faults A,B         only these: ${faultNames.join(', ')}
  --conventions A,B    only these: ${conventions.map(({ name }) => name).join(', ')}
  --fast               as fast as the endpoint takes it, with times that end now; needs --for
  --help

About once a second a line of JSON with the totals goes to standard output.

`;

export type Command = { readonly help: true } | ({ readonly help: false } & FleetOptions);

/** @throws UsageError */
export function readCommandLine(args: readonly string[]): Command {
  const values = parsed(args);
  if (values.help) return { help: true };
  const forMs = values.for === undefined ? undefined : parseDuration(values.for);
  if (values.for !== undefined && !forMs)
    throw new UsageError(`--for takes a duration such as 60s, got '${values.for}'`);
  if (values.fast && forMs === undefined) throw new UsageError('--fast needs --for, the time that the fleet lives');
  if (!URL.canParse(values.endpoint)) {
    throw new UsageError(`--endpoint takes a URL such as http://127.0.0.1:4318, got '${values.endpoint}'`);
  }
  return {
    help: false,
    endpoint: values.endpoint,
    spansPerSecond: number('rate', values.rate, { above: 0 }),
    seed: number('seed', values.seed, {}),
    preset: values.preset,
    isFast: values.fast,
    ...(forMs === undefined ? {} : { durationMs: forMs }),
    ...(values.truth === undefined ? {} : { truthFile: values.truth }),
    ...(values['fault-share'] === undefined ? {} : { faultShare: number('fault-share', values['fault-share'], {}) }),
    ...(values['negative-share'] === undefined
      ? {}
      : { negativeShare: number('negative-share', values['negative-share'], {}) }),
    ...(values.faults === undefined ? {} : { faults: values.faults.split(',') }),
    ...(values.conventions === undefined ? {} : { conventions: values.conventions.split(',') }),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        endpoint: { type: 'string', default: 'http://127.0.0.1:4318' },
        rate: { type: 'string', default: '400' },
        for: { type: 'string' },
        seed: { type: 'string', default: '1' },
        preset: { type: 'string', default: 'small' },
        truth: { type: 'string' },
        'fault-share': { type: 'string' },
        'negative-share': { type: 'string' },
        faults: { type: 'string' },
        conventions: { type: 'string' },
        fast: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; see --help`);
  }
}

function number(name: string, given: string, { above }: { above?: number }): number {
  const value = Number(given);
  if (given.trim() !== '' && Number.isFinite(value) && (above === undefined || value > above)) return value;
  throw new UsageError(`--${name} takes a number${above === undefined ? '' : ` above ${above}`}, got '${given}'`);
}
