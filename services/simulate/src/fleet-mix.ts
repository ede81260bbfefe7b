import type { Choice } from './mix.ts';
import { type Preset, presetOf } from './preset.ts';

/** What of a preset can be set otherwise. */
const SETTABLE = [
  'faultShare',
  'negativeShare',
  'secondFaultShare',
  'strengths',
  'faultlessSessions',
  'firstRounds',
  'runs',
  'sessionsPerDay',
  'pause',
  'returnShare',
  'releaseEveryDays',
  'slowDayShare',
  'campaigns',
  'resendShare',
  'lateShare',
] as const;

/** What the fleet is made of; what is not said is as the preset has it. */
export interface FleetMix extends Partial<Pick<Preset, (typeof SETTABLE)[number]>> {
  /** From 100 on, faults have other strengths than below: detectors are developed on the seeds below. */
  readonly seed: number;
  /** `small` (default), `fleet`, `weeks` or `storm` */
  readonly preset?: string;
  readonly scenarios?: Choice;
  readonly faults?: Choice;
  readonly negatives?: Choice;
  /** In which spans are written; default all, each as likely */
  readonly conventions?: Choice;
}

/** Shares, each from 0 to 1 */
const SHARES = [
  'faultShare',
  'negativeShare',
  'secondFaultShare',
  'returnShare',
  'slowDayShare',
  'resendShare',
  'lateShare',
] as const;

/** The preset with what the mix says otherwise. @throws RangeError that names what cannot be */
export function presetFor(mix: FleetMix): Preset {
  const set = SETTABLE.flatMap((name) => (mix[name] === undefined ? [] : [[name, mix[name]] as const]));
  const preset: Preset = { ...presetOf(mix.preset ?? 'small'), ...Object.fromEntries(set) };
  for (const share of SHARES) {
    const value = preset[share];
    if (!(value >= 0 && value <= 1)) throw new RangeError(`${share} must be between 0 and 1, got ${value}`);
  }
  if (preset.faultShare + preset.negativeShare > 1)
    throw new RangeError('faultShare and negativeShare exceed 1 together');
  const [least, most] = preset.strengths;
  if (!(least >= 0 && least <= most && most <= 1)) {
    throw new RangeError(`strengths go from one number to another within 0 and 1, got ${least} to ${most}`);
  }
  if (!(preset.sessionsPerDay > 0))
    throw new RangeError(`sessionsPerDay must be above 0, got ${preset.sessionsPerDay}`);
  return preset;
}
