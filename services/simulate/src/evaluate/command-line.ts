import { parseArgs } from 'node:util';
import { conventions } from '../convention/conventions.ts';
import { presets } from '../preset.ts';
import { FIRST_TEST_SEED } from '../strength.ts';
import type { EvaluationOptions } from './options.ts';

export const usage = `Lets a simulated fleet live, judges its spans by the detectors, and compares what is found with what was put there.
Nothing is sent: spans go through the topologies of detect and correlate on the engine without a broker, in simulated time.

  --preset NAME        what the fleet is like (default fleet):
${presets.map(({ name, doc }) => `                         ${name.padEnd(6)} ${doc}`).join('\n')}
  --sessions N         conversations (default 1000)
  --seed S             another fleet for each number (default 1). Seeds below ${FIRST_TEST_SEED} are for development, from ${FIRST_TEST_SEED} on for testing:
                       their faults have other strengths
  --convention NAME    only this one: ${conventions.map(({ name }) => name).join(', ')} (default all)
  --faults A,B         only these
  --fault-share X      share of runs with a fault (default the preset's); 0 for a clean fleet
  --negative-share X   share of runs that resemble a fault and have none (default the preset's)
  --report FILE        the result as JSON
  --details FILE       counts, intervals and the confusion between patterns as JSON
  --mistakes PATTERN   a line of JSON for each mistake with this pattern, or 'all'
  --help

The report: {ok, preset, seed, sessions, spans, convention, patterns, verdict}. ok says that everything was judged, not that
it was judged well; shares of nothing are null. delayP99Ms counts from the release of the span that decided a finding.
`;

export interface EvaluateCommand extends EvaluationOptions {
  readonly help: boolean;
  readonly report?: string;
  readonly details?: string;
  readonly mistakes?: string;
}

/** @throws Error that says which option is wrong */
export function readCommand(args: readonly string[]): EvaluateCommand {
  const { values } = parseArgs({
    args: [...args],
    options: {
      preset: { type: 'string', default: 'fleet' },
      sessions: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      convention: { type: 'string', default: 'all' },
      faults: { type: 'string' },
      'fault-share': { type: 'string' },
      'negative-share': { type: 'string' },
      report: { type: 'string' },
      details: { type: 'string' },
      mistakes: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { preset, convention, report, details, mistakes, faults, help } = values;
  const faultShare = values['fault-share'];
  const negativeShare = values['negative-share'];
  return {
    ...{ help, preset, convention },
    sessions: whole('--sessions', values.sessions, 1),
    seed: whole('--seed', values.seed, 0),
    ...(faults === undefined ? {} : { faults: faults.split(',') }),
    ...(faultShare === undefined ? {} : { faultShare: number('--fault-share', faultShare) }),
    ...(negativeShare === undefined ? {} : { negativeShare: number('--negative-share', negativeShare) }),
    ...(report === undefined ? {} : { report }),
    ...(details === undefined ? {} : { details }),
    ...(mistakes === undefined ? {} : { mistakes }),
  };
}

function whole(name: string, text: string, least: number): number {
  const value = number(name, text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`${name} takes a whole number from ${least} on, got '${text}'`);
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new RangeError(`${name} takes a number, got '${text}'`);
}
