import type { Injector } from '../injector/injector.ts';
import { unresolvedError, unresolvedErrorAt } from '../injector/unresolved-error.ts';
import { callSites } from '../plan/sites.ts';
import { Random } from '../random.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Situation, Wish } from '../session.ts';
import { strengthFor } from '../strength.ts';
import { type CampaignDetails, type CampaignName, type CampaignTruth, campaignNames } from './campaign-truth.ts';
import type { Language, Style } from './style.ts';

const DAY_MS = 86_400_000;

/** What one agent's sessions are like, and when they fail. */
interface Campaign {
  readonly scenario: Scenario;
  readonly agent: string;
  readonly name: CampaignName;
  /** Days after the fleet began at which a new release comes, to all within half a day: every agent has one, most of them without effect. */
  readonly releaseDay: number;
  readonly details: CampaignDetails;
  /** Where sessions fail by it; empty: anywhere. */
  readonly tool: string;
}

/** How a conversation of the fleet comes about. */
export interface CampaignSession {
  readonly scenario: Scenario;
  readonly situation: Situation;
  readonly wish: Wish;
}

const [OLD, NEW] = ['2.0.0', '2.1.0'];
const ROLLOUT_DAYS = 0.5;
const EVALUATION_SHARE = 0.3;
const BASE_RISK = 0.05;
/** A tool that a campaign is about is called in so many of an agent's runs. */
const USUAL_SHARE = 0.8;
const PLANS = 16;

const LANGUAGES: readonly Language[] = ['en', 'en', 'en', 'de', 'es'];
const LENGTHS: readonly Style['length'][] = ['short', 'short', 'long'];
const FORMS: readonly Style['form'][] = ['plain', 'plain', 'plain', 'list'];

const PATTERNS: Readonly<Record<CampaignName, { pattern: string; alsoSeen: readonly string[] }>> = {
  release_regression: { pattern: 'reliability_regression', alsoSeen: [] },
  release_improvement: { pattern: 'reliability_regression', alsoSeen: [] },
  condition: { pattern: 'failure_condition', alsoSeen: ['brittle_step'] },
  condition_pair: { pattern: 'failure_condition', alsoSeen: ['brittle_step'] },
  brittle_step: { pattern: 'brittle_step', alsoSeen: [] },
  // what is hard in production is also what its failures share, and evaluation never saw it
  production_gap: { pattern: 'production_gap', alsoSeen: ['failure_condition'] },
  nothing: { pattern: '', alsoSeen: [] },
};

/** What holds over a fleet, one thing for each kind of agent: the n-th session of a seed is always the same, but for its times. */
export class Campaigns {
  readonly #campaigns: readonly Campaign[];
  readonly #sessionsPerDay: number;

  /** @throws RangeError for a campaign that there is not */
  constructor(
    chosen: readonly string[],
    { scenarios, seed, sessionsPerDay }: { scenarios: readonly Scenario[]; seed: number; sessionsPerDay: number },
  ) {
    const names = chosen.map((each): CampaignName => {
      const name = campaignNames.find((known) => known === each);
      if (name) return name;
      throw new RangeError(`there is no campaign '${each}'; there are: ${campaignNames.join(', ')}`);
    });
    this.#sessionsPerDay = sessionsPerDay;
    const random = new Random(`${seed} campaigns`);
    const shuffled = random.sample(names, names.length);
    this.#campaigns = scenarios.map((scenario, i) =>
      drawn(shuffled[i % shuffled.length] ?? 'nothing', scenario, seed, random),
    );
  }

  session(index: number, random: Random): CampaignSession {
    const campaign = random.pick(this.#campaigns);
    const { scenario, name, details, tool, releaseDay } = campaign;
    const day = index / this.#sessionsPerDay;
    const release = random.chance(Math.max(0, (day - releaseDay) / ROLLOUT_DAYS)) ? NEW : OLD;
    const environment = random.chance(EVALUATION_SHARE) ? 'evaluation' : 'production';
    const drawn: Style = { language: random.pick(LANGUAGES), length: random.pick(LENGTHS), form: random.pick(FORMS) };
    const isTame = name === 'production_gap' && environment === 'evaluation';
    const style: Style = isTame ? { language: 'en', length: 'short', form: 'plain' } : drawn;
    const situation = { release, environment, style };
    const isHit = holds(name, details, situation);
    const injector: Injector =
      isHit && tool !== '' ? unresolvedErrorAt((site) => site.tool.tool === tool) : unresolvedError;
    const strength = random.unit();
    const fails = random.chance(isHit ? details.risk : details.baseRisk);
    return { scenario, situation, wish: fails ? { injectors: [injector], strength } : { strength } };
  }

  /** @param startMs when the first session starts, milliseconds since the epoch */
  truths(startMs: number): CampaignTruth[] {
    return this.#campaigns.map(({ name, agent, tool, releaseDay, details }) => {
      const isRelease = name === 'release_regression' || name === 'release_improvement';
      return {
        type: 'campaign',
        name,
        ...PATTERNS[name],
        ...{ agent, tool },
        release: isRelease ? NEW : '',
        environment: name === 'production_gap' ? 'production' : '',
        fromMs: startMs + Math.round((isRelease ? releaseDay : 0) * DAY_MS),
        untilMs: null,
        details,
      };
    });
  }
}

function drawn(name: CampaignName, scenario: Scenario, seed: number, random: Random): Campaign {
  const strength = strengthFor(seed, random);
  const plans = Array.from({ length: PLANS }, () => scenario.plan(random, []));
  const agent = plans[0]?.root.agent.name ?? '';
  const isAtTool = name === 'condition' || name === 'condition_pair' || name === 'brittle_step';
  const tool = isAtTool
    ? random.pick(usualTools(plans.map((plan) => new Set(callSites(plan).map(({ tool }) => tool.tool)))))
    : '';
  const details = detailsOf(name, strength, random);
  return { scenario, agent, name, tool, details, releaseDay: random.between(2, 3) };
}

/** Tools that most runs call, or, where there is none, that most call. */
function usualTools(runs: readonly ReadonlySet<string>[]): string[] {
  const counts = new Map<string, number>();
  for (const tools of runs) for (const tool of tools) counts.set(tool, (counts.get(tool) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const least = Math.min(most, USUAL_SHARE * runs.length);
  return [...counts].filter(([, n]) => n >= least).map(([tool]) => tool);
}

const CONDITIONS: readonly CampaignDetails['conditions'][number][] = [
  ['language', 'de'],
  ['language', 'es'],
  ['length', 'long'],
  ['form', 'list'],
];

function detailsOf(name: CampaignName, strength: number, random: Random): CampaignDetails {
  const from = (least: number, most: number) => least + (most - least) * strength;
  const some = { baseRisk: BASE_RISK, risk: BASE_RISK, conditions: [] };
  switch (name) {
    case 'release_regression':
      return { ...some, risk: BASE_RISK + from(0.12, 0.25) };
    case 'release_improvement':
      return { ...some, baseRisk: BASE_RISK + from(0.12, 0.25) };
    case 'condition':
      return { ...some, risk: from(0.4, 0.7), conditions: [random.pick(CONDITIONS)] };
    case 'condition_pair': {
      const first = random.pick(CONDITIONS);
      const second = random.pick(CONDITIONS.filter(([property]) => property !== first[0]));
      return { ...some, risk: from(0.6, 0.9), conditions: [first, second] };
    }
    case 'brittle_step':
      return { ...some, risk: from(0.15, 0.3) };
    case 'production_gap':
      return { ...some, risk: from(0.3, 0.5) };
    default:
      return some;
  }
}

function holds(
  name: CampaignName,
  { conditions }: CampaignDetails,
  { release, environment, style }: Situation,
): boolean {
  switch (name) {
    case 'release_regression':
    case 'release_improvement':
      return release === NEW;
    case 'condition':
    case 'condition_pair':
      return conditions.every(([property, value]) => style[property] === value);
    case 'brittle_step':
      return true;
    case 'production_gap':
      return environment === 'production' && style.language !== 'en';
    default:
      return false;
  }
}
