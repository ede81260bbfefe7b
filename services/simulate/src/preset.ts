import { type CampaignName, campaignNames } from './campaign/campaign-truth.ts';
import { type Latency, latency } from './distributions.ts';
import type { Episode } from './episode/episode.ts';
import { lawfulEpisodes } from './episode/episodes.ts';
import type { Negative } from './negative/negative.ts';
import { basicNegatives, negatives } from './negative/negatives.ts';
import { Random } from './random.ts';
import { basicScenarios, type Scenario, scenarios } from './scenario/scenarios.ts';
import { type FaultName, faultNames, sharedFaultNames } from './truth.ts';

/** What a fleet is like when nothing else is said. */
export interface Preset {
  readonly name: string;
  /** One sentence for `--help` */
  readonly doc: string;
  readonly scenarios: readonly Scenario[];
  readonly faults: readonly FaultName[];
  readonly negatives: readonly (Negative | Episode)[];
  /** Shares of runs */
  readonly faultShare: number;
  readonly negativeShare: number;
  /** From where to where on the scale faults are: 0 barely one, 1 as strong as can be */
  readonly strengths: readonly [number, number];
  /** Share of runs with a fault that get a second one of another kind */
  readonly secondFaultShare: number;
  /** Sessions at the start without any fault: what is normal has to be seen before what is not. */
  readonly faultlessSessions: number;
  /** How many runs conversations have, each as likely */
  readonly runs: readonly number[];
  /** Each fault comes this often, in turn, before chance decides. */
  readonly firstRounds: number;
  /** Simulated time passes by this. */
  readonly sessionsPerDay: number;
  /** Between two turns of a conversation, milliseconds */
  readonly pause: Latency;
  /** Share of conversations whose user comes back to them after days */
  readonly returnShare: number;
  /** Releases reach the fleet one after the other, each within two days, a new one this often; days. */
  readonly releaseEveryDays: number;
  /** Share of days on which everything takes longer */
  readonly slowDayShare: number;
  /** What holds over the fleet, one thing for each kind of agent, in turn; none: conversations have nothing to do with each other. */
  readonly campaigns: readonly CampaignName[];
  /** In life: shares of requests that are sent twice, and of services whose spans come much too late */
  readonly resendShare: number;
  readonly lateShare: number;
}

const basicFaults: readonly FaultName[] = faultNames.slice(0, 10);

const small: Preset = {
  name: 'small',
  doc: 'five kinds of agents and the ten faults of single agents, dense enough for a short look',
  scenarios: basicScenarios,
  faults: basicFaults,
  negatives: basicNegatives,
  faultShare: 0.3,
  negativeShare: 0.2,
  strengths: [0, 1],
  secondFaultShare: 0,
  faultlessSessions: 0,
  runs: [1, 2, 3],
  firstRounds: 2,
  sessionsPerDay: 345_600,
  pause: { medianMs: 1_000, spread: 0.4, mostMs: 2_000 },
  returnShare: 0,
  releaseEveryDays: 0,
  slowDayShare: 0,
  campaigns: [],
  resendShare: 0.01,
  lateShare: 0,
};

const fleet: Preset = {
  ...small,
  name: 'fleet',
  doc: 'all agents, all faults among all hard negatives, five days',
  scenarios,
  faults: faultNames,
  negatives,
  faultShare: 0.4,
  negativeShare: 0.3,
  secondFaultShare: 0.15,
  faultlessSessions: 400,
  runs: [1, 1, 2, 3],
  firstRounds: 0,
  sessionsPerDay: 1_000,
  pause: { medianMs: 25_000, spread: 0.9, mostMs: 600_000 },
  returnShare: 0.04,
  releaseEveryDays: 3,
  slowDayShare: 0.15,
  lateShare: 0.002,
};

const weeks: Preset = {
  ...fleet,
  name: 'weeks',
  doc: 'the fleet with fewer faults over weeks, users coming back after days, many releases',
  faultShare: 0.12,
  negativeShare: 0.25,
  sessionsPerDay: 250,
  returnShare: 0.2,
  releaseEveryDays: 4,
};

const storm: Preset = {
  ...fleet,
  name: 'storm',
  doc: 'a fleet in trouble: three runs of four have a fault, many have two, spans come late and twice',
  faultShare: 0.75,
  negativeShare: 0.15,
  secondFaultShare: 0.5,
  faultlessSessions: 150,
  sessionsPerDay: 20_000,
  slowDayShare: 0.6,
  resendShare: 0.05,
  lateShare: 0.01,
};

const campaigns: Preset = {
  ...small,
  name: 'campaigns',
  doc: 'what only shows across sessions: releases, conditions, brittle steps, environments; a thousand sessions a day',
  scenarios: [...basicScenarios, ...scenarios.filter(({ name }) => name === 'dispatch' || name === 'checkout')],
  negatives: [],
  faultShare: 0,
  negativeShare: 0,
  firstRounds: 0,
  runs: [1],
  sessionsPerDay: 1_000,
  campaigns: campaignNames,
};

const shared: Preset = {
  ...fleet,
  name: 'shared',
  doc: 'agents that share records, notes and locks over conversations and days, with what goes wrong there',
  faults: sharedFaultNames,
  negatives: lawfulEpisodes,
  faultShare: 0.25,
  negativeShare: 0.3,
  secondFaultShare: 0,
  faultlessSessions: 0,
};

export const presets: readonly Preset[] = [small, fleet, weeks, storm, campaigns, shared];

/** @throws RangeError that names those there are */
export function presetOf(name: string): Preset {
  const preset = presets.find((each) => each.name === name);
  if (preset) return preset;
  throw new RangeError(`there is no preset '${name}'; there are: ${presets.map((each) => each.name).join(', ')}`);
}

const DAY_MS = 86_400_000;
const ROLLOUT_DAYS = 2;
const MAJOR = 2;

/** The release that an agent has on a day: a new one first reaches few. */
export function releaseOn(day: number, preset: Preset, random: Random): string {
  if (preset.releaseEveryDays === 0) return random.pick(['2.3.0', '2.4.0', '2.4.1']);
  const newest = Math.floor(day / preset.releaseEveryDays);
  const reached = (day - newest * preset.releaseEveryDays) / ROLLOUT_DAYS;
  const minor = newest > 0 && !random.chance(Math.max(0.1, reached)) ? newest - 1 : newest;
  return `${MAJOR}.${minor}.0`;
}

/** How long everything takes on a day, against a common one: the same for all that happens on it. The first day is common. */
export function paceOn(day: number, { slowDayShare }: Preset, seed: number): number {
  const random = new Random(`${seed} day ${Math.floor(day)}`);
  return random.chance(slowDayShare) && day >= 1 ? random.between(1.4, 2.2) : 1;
}

/** From one turn of a conversation to the next, milliseconds. */
export function pauseBefore(isLast: boolean, preset: Preset, random: Random): number {
  if (isLast && random.chance(preset.returnShare)) return random.between(1, 4) * DAY_MS;
  return latency(preset.pause, random);
}
