import type { CampaignTruth } from './campaign/campaign-truth.ts';
import { Campaigns } from './campaign/campaigns.ts';
import type { Convention } from './convention/convention.ts';
import { conventions } from './convention/conventions.ts';
import type { Episode } from './episode/episode.ts';
import { episodes, lawfulEpisodes } from './episode/episodes.ts';
import { simulateEpisode } from './episode/simulate-episode.ts';
import { type FleetMix, presetFor } from './fleet-mix.ts';
import type { Injector } from './injector/injector.ts';
import { injectors } from './injector/injectors.ts';
import { Mix } from './mix.ts';
import type { Negative } from './negative/negative.ts';
import { negatives } from './negative/negatives.ts';
import { optionalStepDone } from './negative/optional-step.ts';
import { type Preset, paceOn } from './preset.ts';
import { Random } from './random.ts';
import type { SimulatedRun } from './run.ts';
import { type Scenario, scenarios } from './scenario/scenarios.ts';
import { simulateSession, type Wish } from './session.ts';
import { strengthFor } from './strength.ts';
import type { FaultName } from './truth.ts';

const DAY_MS = 86_400_000;
/** Share of ordinary runs that do what they could do without: it goes well far more often than it fails. */
const HABIT_SHARE = 0.2;

/** Draws sessions one after the other: the n-th of a seed is always the same, but for its times. */
export class SessionSource {
  readonly #seed: number;
  readonly #preset: Preset;
  readonly #injectors: Mix<Injector | Episode>;
  readonly #negatives: Mix<Negative | Episode>;
  readonly #scenarios: Mix<Scenario>;
  readonly #conventions: Mix<Convention>;
  readonly #campaigns: Campaigns | undefined;

  /** @throws RangeError that says which name, weight or share is wrong */
  constructor(mix: FleetMix) {
    this.#seed = mix.seed;
    this.#preset = presetFor(mix);
    const all: readonly (Injector | Episode)[] = [...injectors, ...episodes];
    const usual = all.filter(({ fault }) => this.#preset.faults.includes(fault));
    this.#injectors = Mix.of('fault', mix.faults, { usual, all, nameOf: ({ fault }) => fault });
    const { negatives: usualNegatives, scenarios: usualScenarios } = this.#preset;
    this.#negatives = Mix.of('negative', mix.negatives, {
      usual: usualNegatives,
      all: [...negatives, ...lawfulEpisodes],
      nameOf,
    });
    this.#scenarios = Mix.of('scenario', mix.scenarios, { usual: usualScenarios, all: scenarios, nameOf });
    this.#conventions = Mix.of('convention', mix.conventions, { usual: conventions, all: conventions, nameOf });
    const { campaigns, sessionsPerDay } = this.#preset;
    const fleet = { scenarios: this.#scenarios.items, seed: mix.seed, sessionsPerDay };
    this.#campaigns = campaigns.length > 0 ? new Campaigns(campaigns, fleet) : undefined;
  }

  /** What the fleet is like, all in all. */
  get preset(): Preset {
    return this.#preset;
  }

  /** The kinds of faults that it puts in */
  get faults(): readonly FaultName[] {
    return this.#injectors.items.map(({ fault }) => fault);
  }

  /**
   * What holds over the fleet.
   *
   * @param startMs when its first session starts, milliseconds since the epoch
   */
  campaigns(startMs: number): CampaignTruth[] {
    return this.#campaigns?.truths(startMs) ?? [];
  }

  /** @param startMs true time at which the first run starts, milliseconds since the epoch */
  session(index: number, startMs: number): SimulatedRun[] {
    const random = new Random(`${this.#seed} session ${index}`);
    const campaign = this.#campaigns?.session(index, random);
    const wishes = campaign ? [campaign.wish] : this.#wishes(index, random);
    const episode = wishes.find((wish) => wish.episode);
    // Of a fork, so that a fleet of one convention does the same as one of all.
    const convention = this.#conventions.pick(random.fork('convention'));
    const preset = this.#preset;
    const day = index / preset.sessionsPerDay;
    if (episode?.episode) {
      const setting = { startMs, day, preset, convention, strength: episode.strength };
      return simulateEpisode(episode.episode, setting, random);
    }
    const pace = paceOn(day, preset, this.#seed);
    const scenarios = campaign ? new Mix([campaign.scenario]) : this.#scenarios;
    const situation = campaign && { situation: campaign.situation };
    return simulateSession({ startMs, day, pace, preset, scenarios, convention, wishes, ...situation }, random);
  }

  #wishes(index: number, random: Random): Wish[] {
    const count = random.pick(this.#preset.runs);
    const wishes = Array.from({ length: count }, () => this.#wish(index, random));
    const { items, size } = this.#injectors;
    const isEarly = this.#preset.faultShare > 0 && index < this.#preset.firstRounds * size;
    const injector = items[index % size];
    if (!isEarly || !injector) return wishes;
    const strength = this.#strength(random);
    return isEpisode(injector) ? [{ episode: injector, strength }] : [{ injectors: [injector], strength }];
  }

  #wish(index: number, random: Random): Wish {
    const { faultShare, negativeShare, secondFaultShare, faultlessSessions } = this.#preset;
    const strength = this.#strength(random);
    const lot = random.unit();
    if (lot < faultShare) {
      const two = random.chance(secondFaultShare) ? 2 : 1;
      const drawn = this.#injectors.sample(two, random);
      if (index < faultlessSessions) return { strength };
      const [first] = drawn;
      if (first && isEpisode(first)) return { episode: first, strength };
      const single = drawn.filter((each): each is Injector => !isEpisode(each));
      const injectors = single.some(endsRun)
        ? single.slice(0, 1)
        : single.toSorted((a, b) => Number(needsRequests(a)) - Number(needsRequests(b)));
      return { injectors, strength };
    }
    if (lot < faultShare + negativeShare) {
      const negative = this.#negatives.pick(random);
      return isEpisode(negative) ? { episode: negative, strength } : { negative, strength };
    }
    const hasHabit = this.#negatives.items.includes(optionalStepDone) && random.chance(HABIT_SHARE);
    return hasHabit ? { negative: optionalStepDone, strength } : { strength };
  }

  #strength(random: Random): number {
    const [least, most] = this.#preset.strengths;
    return least + (most - least) * strengthFor(this.#seed, random);
  }
}

const isEpisode = <T extends object>(item: T | Episode): item is Episode => 'runs' in item;

/** Comes last: another fault may take away the requests that show it. */
const needsRequests = ({ fault }: Injector): boolean => fault === 'clock_skew';

/** Comes alone: what is behind the end is never seen. */
const endsRun = ({ fault }: Injector): boolean => fault === 'abandoned_session';

export interface GenerateOptions extends FleetMix {
  /** How many runs */
  readonly count: number;
  /** Start of the first session, milliseconds since the epoch; default 2026-01-01 */
  readonly startMs?: number;
  /** Time from one session's start to the next's; default the preset's, 250 ms for `small` */
  readonly sessionEveryMs?: number;
}

const DEFAULT_START_MS = Date.UTC(2026, 0, 1);

/**
 * Runs without sending them, session by session: a function of its options alone.
 *
 * @throws RangeError for a fault, convention or share that cannot be
 */
export function* generateRuns(options: GenerateOptions): Generator<SimulatedRun, void, undefined> {
  const { count, startMs = DEFAULT_START_MS } = options;
  const source = new SessionSource(options);
  const sessionEveryMs = options.sessionEveryMs ?? DAY_MS / source.preset.sessionsPerDay;
  let left = count;
  for (let index = 0; left > 0; index += 1) {
    const runs = source.session(index, startMs + index * sessionEveryMs).slice(0, left);
    yield* runs;
    left -= runs.length;
  }
}

const nameOf = ({ name }: { readonly name: string }): string => name;
