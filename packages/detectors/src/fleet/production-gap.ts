import { describePattern } from '../detector/pattern.ts';
import * as setting from '../detector/setting.ts';
import { differenceInterval } from '../statistics/interval.ts';
import { shareSequence } from '../statistics/share-sequence.ts';
import { differenceSequence, evidenceOfDifference } from '../statistics/two-shares.ts';
import { type Environment, EnvironmentCounts, type Trait } from './environment-counts.ts';
import type { FleetContext, FleetFindingDraft } from './fleet-detector.ts';
import { fleetPattern } from './fleet-pattern.ts';
import { type CountedSession, countedSession, timesOf } from './observed-session.ts';
import { intervalInWords, percent, points, rounded, shareOf } from './percentages.ts';

const DESCRIPTION = describePattern({
  pattern: 'production_gap',
  inShort: 'production is less reliable than evaluation, or sees what evaluation never saw',
  claims:
    'Of the sessions that an agent led, a smaller share ended well (verdict `correct`) in production than in another environment, such as evaluation, demo or staging; compared as ' +
    'releases are, after every session, by a test that stays valid under continuous looking (see `reliability_regression`). With it, or where a fair share of production has it, which ' +
    'forms, languages and lengths of inputs, which models and which steps occur in production that the other environment never saw, and how often sessions with them end well: each by ' +
    'exact confidence sequences of its shares (Robbins 1970; Howard et al. 2021).',
  doesNotClaim: [
    'that the environment itself is the reason: users, inputs and releases differ between environments',
    'what is rare in production, or new: that other environments did not see it may be chance',
    'anything where no environment is named like production; between two environments of which neither is production',
    'values beyond the first 96 of an environment',
  ],
  needs: 'the name of the environment on spans; content of the user’s messages for what inputs are like',
  happened: 'none: it is about an environment',
  began: 'none',
  evidence: {
    worse:
      'expected and seen in words, with what only production has; numbers `reliability`, `elsewhere`, `difference`, `low`, `high` (95 %, valid at all times), `sessions`, `sessionsElsewhere`, `unseen` (share of ' +
      'production’s sessions with the most frequent of it)',
    better: 'holds the same',
    unseen: 'holds the same; reliability is not known to differ',
  },
  severity: {
    info: 'production is more reliable',
    low: 'production sees what evaluation never saw',
    medium: 'production is less reliable',
    high: 'by ten points and more, by the interval',
  },
  published: [],
  settings: {
    production: setting.pattern(
      /^(?:prod|production|live|prd)(?:$|[-_./ ])/i,
      'environments that are production, by their names',
      'the usual names',
    ),
    error: setting.share(0.02, 'chance that two environments that are alike are ever told apart', 'as for releases'),
    leastDifference: setting.share(
      0.02,
      'difference that is told, as a share',
      'with many sessions anything is established',
    ),
    leastUnseen: setting.share(
      0.1,
      'share of production’s sessions that must have what the other never saw, for this alone to be told',
      'what one user in ten does belongs into an evaluation',
    ),
  },
});

const LARGE = 0.1;
const ERROR_OF_INTERVAL = 0.05;
const MOST_TRAITS = 3;

/** Slot `said/<production>/<other>`: told, as what, and told again when production has so many sessions. */
interface Said {
  type: string;
  again: number;
}

export const productionGap = fleetPattern(DESCRIPTION, (settings) => {
  const bound = Math.log(1 / settings.error);
  const isProduction = ({ name }: Environment): boolean => settings.production.test(name);

  /** What production has that the other never saw, the most frequent first. */
  function unseenIn(production: Environment, other: Environment, counts: EnvironmentCounts): Trait[] {
    if (counts.isFull(other.name)) return [];
    const seen = new Set(counts.traitsOf(other.name).map(({ name }) => name));
    // what never occurred in so many sessions is at most as frequent as this
    const most = shareSequence({ hits: 0, trials: other.trials }, settings.error).high;
    return counts
      .traitsOf(production.name)
      .filter(
        ({ name, trials }) =>
          !seen.has(name) && shareSequence({ hits: trials, trials: production.trials }, settings.error).low > most,
      )
      .sort((a, b) => b.trials - a.trials || (a.name < b.name ? -1 : 1));
  }

  function typeOf(production: Environment, other: Environment, unseen: () => Trait[]): string {
    const difference = shareOf(production) - shareOf(other);
    const differs =
      Math.abs(difference) >= settings.leastDifference && evidenceOfDifference(other, production) >= bound;
    if (differs) return difference < 0 ? 'worse' : 'better';
    const [first] = isDue(production) ? unseen() : [];
    return first && first.trials >= settings.leastUnseen * production.trials ? 'unseen' : '';
  }

  function judge(
    production: Environment,
    other: Environment,
    about: CountedSession,
    counts: EnvironmentCounts,
    context: FleetContext,
  ): void {
    const key = `${production.name}/${other.name}`;
    const said = context.slots.get<Said>(`said/${key}`);
    const unseen = () => unseenIn(production, other, counts);
    const type =
      said && !isGone(said, production, other) ? keptType(said, production, other) : typeOf(production, other, unseen);
    if (type === '') {
      if (!said) return;
      context.withdraw(DESCRIPTION.pattern, key);
      context.slots.delete(`said/${key}`);
    } else if (!said || said.type !== type || production.trials >= said.again) {
      context.slots.put<Said>(`said/${key}`, { type, again: 2 * production.trials });
      context.report({ ...finding(type, production, other, unseen(), context.key), key, ...timesOf(about.session) });
    }
  }

  /** What was told of reliability does not hold any more. */
  function isGone({ type }: Said, production: Environment, other: Environment): boolean {
    if (type === 'unseen') return false;
    const { low, high } = differenceInterval(other, production);
    return type === 'worse' ? high >= 0 : low <= 0;
  }

  /** What is only unseen may turn out to be less reliable, too. */
  function keptType({ type }: Said, production: Environment, other: Environment): string {
    return type === 'unseen' ? typeOf(production, other, () => []) || type : type;
  }

  function finding(
    type: string,
    production: Environment,
    other: Environment,
    unseen: readonly Trait[],
    agent: string,
  ): Omit<FleetFindingDraft, 'key' | 'eventTime' | 'receivedTime'> {
    const interval = differenceSequence(other, production, ERROR_OF_INTERVAL);
    const difference = shareOf(production) - shareOf(other);
    const traits = unseen
      .slice(0, MOST_TRAITS)
      .map(
        (trait) =>
          `${trait.name} (${percent(trait.trials / production.trials)} of sessions, of which ${percent(shareOf(trait))} end well)`,
      )
      .join(', ');
    const never = traits === '' ? '' : `; ${other.name} never saw ${traits}`;
    const shares = `${percent(shareOf(production))} of ${production.trials} sessions end well in ${production.name}, ${percent(shareOf(other))} of ${other.trials} in ${other.name}`;
    return {
      pattern: DESCRIPTION.pattern,
      scope: 'fleet',
      at: { agent, environment: production.name },
      severity: severityOf(type, interval.high),
      confidence: rounded(1 - settings.error),
      summary: `${agent}: ${shares} (${points(difference)}, ${intervalInWords(interval)})${never}`,
      evidence: {
        type,
        expected: `${percent(shareOf(other))} end well, as in ${other.name}`,
        seen: `${percent(shareOf(production))} end well in ${production.name}${never}`,
        numbers: {
          reliability: rounded(shareOf(production)),
          elsewhere: rounded(shareOf(other)),
          difference: rounded(difference),
          low: rounded(interval.low),
          high: rounded(interval.high),
          sessions: production.trials,
          sessionsElsewhere: other.trials,
          unseen: rounded((unseen[0]?.trials ?? 0) / production.trials),
        },
      },
    };
  }

  return {
    keyKind: 'agent',
    onSignal(body, context) {
      const about = countedSession(body, context.key);
      if (!about || about.session.environment === '') return;
      const counts = EnvironmentCounts.of(context.slots);
      const environment = counts.add(about);
      if (!environment) return;
      for (const other of counts.environments) {
        if (other.name === environment.name || isProduction(other) === isProduction(environment)) continue;
        const [production, elsewhere] = isProduction(environment) ? [environment, other] : [other, environment];
        judge(production, elsewhere, about, counts, context);
      }
    },
  };
});

function severityOf(type: string, high: number): 'info' | 'low' | 'medium' | 'high' {
  if (type === 'better') return 'info';
  if (type === 'unseen') return 'low';
  return high <= -LARGE ? 'high' : 'medium';
}

/** What is unseen is looked for now and then only. */
const LOOKED_FOR_EVERY = 50;

const isDue = ({ trials }: Environment): boolean => trials > 0 && trials % LOOKED_FOR_EVERY === 0;
