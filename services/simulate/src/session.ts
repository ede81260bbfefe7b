import { inStyle, type Style } from './campaign/style.ts';
import type { Convention } from './convention/convention.ts';
import { placements } from './convention/convention.ts';
import type { Episode } from './episode/episode.ts';
import type { Injector } from './injector/injector.ts';
import type { Mix } from './mix.ts';
import type { Negative } from './negative/negative.ts';
import { agentsOf, stepsOf } from './plan/sites.ts';
import type { RunPlan, Turn } from './plan/step.ts';
import { type Preset, pauseBefore, releaseOn } from './preset.ts';
import type { Random } from './random.ts';
import type { Notes } from './render/truths.ts';
import type { SimulatedRun } from './run.ts';
import type { Scenario } from './scenario/scenario.ts';
import { simulateRun } from './simulate-run.ts';

/** What is to be put into one run; nothing: it is clean. */
export interface Wish {
  readonly injectors?: readonly Injector[];
  readonly negative?: Negative;
  /** Takes the place of the whole conversation. */
  readonly episode?: Episode;
  /** Of its faults, 0 to 1 */
  readonly strength: number;
}

/** Where a conversation takes place, and how its user writes. */
export interface Situation {
  readonly release: string;
  readonly environment: string;
  readonly style: Style;
}

export interface SessionSetting {
  readonly startMs: number;
  /** Days since the fleet began */
  readonly day: number;
  readonly preset: Preset;
  readonly scenarios: Mix<Scenario>;
  /** How long everything takes, against a common day */
  readonly pace: number;
  readonly convention: Convention;
  /** What a campaign makes of it; without, it is like any other. */
  readonly situation?: Situation;
  /** One for each run of the conversation */
  readonly wishes: readonly Wish[];
}

/** Where a conversation takes place of which nothing else is said. */
export const ENVIRONMENT = 'demo';
const TRIES_EACH = 32;
const USERS = 400;

/** A conversation: one run after the other, each knowing what was said before. */
export function simulateSession(setting: SessionSetting, random: Random): SimulatedRun[] {
  const { preset, scenarios, convention, wishes, day, pace, situation } = setting;
  const sessionId = `conv-${random.hex(16)}`;
  const placement = random.pick(placements);
  const release = situation?.release ?? releaseOn(day, preset, random);
  const environment = situation?.environment ?? ENVIRONMENT;
  const isLinking = random.chance(0.4);
  const userId = `u-${random.integer(1_000, 1_000 + USERS)}`;
  const usual = usualScenario(wishes, scenarios, random);
  const runs: SimulatedRun[] = [];
  const earlier: Turn[] = [];
  let startMs = setting.startMs;
  for (const [index, wish] of wishes.entries()) {
    const { plan, notes } = planFor(wish, usual, scenarios, earlier, random);
    if (pace !== 1) slowDown(plan, pace);
    if (situation) plan.root.request = inStyle(plan.root.request, situation.style);
    const linkedTo = isLinking ? runs.at(-1) : undefined;
    const { tenant = 'default' } = usual;
    const where = { startMs, sessionId, tenant, userId, convention, placement, release, environment, linkedTo };
    const run = simulateRun(plan, notes, where, random);
    runs.push(run);
    // Nobody goes on talking to an agent that has died.
    if (run.turn === undefined) break;
    if (plan.scenario === usual.name) earlier.push(run.turn);
    startMs = run.endMs + pauseBefore(index === wishes.length - 2, preset, random);
  }
  return runs;
}

/** What the conversation is about: work in which the first thing that is wished for can happen. */
function usualScenario(wishes: readonly Wish[], scenarios: Mix<Scenario>, random: Random): Scenario {
  const special = wishes.find(({ injectors, negative }) => injectors || negative);
  if (!special) return scenarios.pick(random);
  const shuffled = scenarios.sample(scenarios.size, random);
  for (const wish of easierAndEasier(special)) {
    for (let tries = 0; tries < TRIES_EACH; tries += 1) {
      for (const scenario of shuffled) {
        const trial = random.fork(scenario.name);
        if (grant(wish, scenario.plan(trial, []), trial)) return scenario;
      }
    }
  }
  // What resembles a fault may need a rare occasion; without one the run is a clean one.
  if (special.negative) return scenarios.pick(random);
  throw new RangeError(`no scenario of this fleet offers a place for ${faultsOf(special)}: choose others`);
}

/** Draws plans until one offers a place for what is wished: of the usual scenario first, then of any of the same tenant. */
function planFor(
  wish: Wish,
  usual: Scenario,
  scenarios: Mix<Scenario>,
  earlier: readonly Turn[],
  random: Random,
): { plan: RunPlan; notes: Notes } {
  const near = scenarios.filter(({ tenant }) => tenant === usual.tenant);
  for (const each of easierAndEasier(wish)) {
    for (let tries = 0; tries < TRIES_EACH; tries += 1) {
      const scenario = tries < TRIES_EACH / 2 ? usual : near.pick(random);
      const plan = scenario.plan(random, scenario === usual ? [...earlier] : []);
      const notes = grant(each, plan, random);
      if (notes) return { plan, notes };
    }
  }
  const plan = usual.plan(random, [...earlier]);
  return { plan, notes: { faults: [], negatives: [] } };
}

/** Two faults that find no place together: then one of them. */
function easierAndEasier(wish: Wish): Wish[] {
  const { injectors = [] } = wish;
  return injectors.length > 1 ? [wish, { ...wish, injectors: injectors.slice(0, 1) }] : [wish];
}

function grant(wish: Wish, plan: RunPlan, random: Random): Notes | undefined {
  const { injectors, negative, strength } = wish;
  if (negative) {
    const note = negative.apply(plan, random);
    return note && { faults: [], negatives: [note] };
  }
  const notes: Notes = { faults: [], negatives: [] };
  for (const injector of injectors ?? []) {
    const faults = injector.inject(plan, random, strength);
    if (!faults) return undefined;
    notes.faults.push(...faults);
    for (const { at, cause, steps = [] } of faults)
      for (const step of [at, cause, ...steps]) if (typeof step === 'object') plan.taken.add(step);
  }
  return isWhole(plan, notes) ? notes : undefined;
}

/** A later fault has not removed what an earlier one speaks of, nor put it right. */
function isWhole(plan: RunPlan, { faults }: Notes): boolean {
  const present = new Set(stepsOf(plan));
  return faults.every(
    ({ at, cause, steps = [], orCause = [], holds }) =>
      [at, cause, ...steps, ...orCause].every((step) => typeof step !== 'object' || present.has(step)) &&
      (holds === undefined || holds()),
  );
}

function slowDown(plan: RunPlan, pace: number): void {
  for (const agent of agentsOf(plan)) {
    for (const step of agent.steps) {
      if (step.kind === 'inference' || step.kind === 'tool') step.ms *= pace;
    }
  }
}

const faultsOf = ({ injectors = [] }: Wish): string => injectors.map(({ fault }) => fault).join(' and ');
