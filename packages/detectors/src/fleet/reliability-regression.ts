import { describePattern } from '../detector/pattern.ts';
import * as setting from '../detector/setting.ts';
import type { Slots } from '../slots.ts';
import { type Counts, differenceInterval } from '../statistics/interval.ts';
import { differenceSequence, evidenceOfDifference } from '../statistics/two-shares.ts';
import type { FleetContext } from './fleet-detector.ts';
import { fleetPattern } from './fleet-pattern.ts';
import {
  type CountedSession,
  counted,
  countedSession,
  halved,
  MOST_COUNTED,
  nameOf,
  nothingCounted,
  timesOf,
} from './observed-session.ts';
import { intervalInWords, percent, points, rounded, shareOf } from './percentages.ts';

const DESCRIPTION = describePattern({
  pattern: 'reliability_regression',
  inShort: 'a release of an agent is less, or more, reliable than the one before',
  claims:
    'Of the sessions that an agent led, another share ended well (verdict `correct`) with one release than with the release before it, in the same ' +
    'environment. The two are compared after every session by a test that stays valid under continuous looking: a normal mixture over the ' +
    'likelihood ratio (Robbins 1970; asymptotically time-uniform by Waudby-Smith et al. 2024), which needs counts alone, so that the verdict of a ' +
    'session that changes is taken back exactly. It is told once it is established, again when the sessions of the release have doubled, ' +
    'and taken back when it no longer holds.',
  doesNotClaim: [
    'a fall that the release before shares while both are in use: that is something else than the release',
    'differences below the least that is worth a word',
    'anything of a release with few sessions, as where each commit is one; of agents that others lead; of another environment',
  ],
  needs: 'a version of the agent or its service on spans; sessions that end',
  happened: 'none: it is about a release',
  began: 'none',
  evidence: {
    worse:
      'expected and seen in words; numbers `reliability`, `before`, `difference`, `low`, `high` (95 %, valid at all times), `sessions`, `sessionsBefore`',
    better: 'holds the same',
  },
  severity: {
    info: 'it got better',
    medium: 'it got worse',
    high: 'it got worse by ten points and more, by the interval',
  },
  published: [],
  settings: {
    error: setting.share(
      0.02,
      'chance that two releases that are alike are ever told apart',
      'an agent with a release each week has a false alarm in a year; a step of five points at 90 % is found within 2,000 sessions',
    ),
    leastDifference: setting.share(
      0.02,
      'difference that is told, as a share',
      'with many sessions anything is established',
    ),
  },
});

/** Releases of an agent that are remembered, in all environments; the one that was used longest ago is forgotten first. */
export const MAX_RELEASES = 24;
/** A release that was used so much less than another before it is not the one to compare with. */
const CANARY_SHARE = 0.1;
const LARGE = 0.1;
const ERROR_OF_INTERVAL = 0.05;

/** Slot `r/<environment>/<release>`. */
interface Release extends Counts {
  environment: string;
  release: string;
  /** Microseconds: the earliest and the latest start of its sessions. */
  first: number;
  last: number;
  /** Sessions since the newest release of the environment is in use. */
  beside: Counts;
}

/** Slot `said/<environment>/<release>`: told, and told again when the release has so many sessions. */
interface Said {
  against: string;
  isWorse: boolean;
  again: number;
}

const slotOf = ({ environment, release }: Pick<Release, 'environment' | 'release'>): string =>
  `r/${environment}/${release}`;
const keyOf = ({ environment, release }: Release): string => `${environment}/${release}`;

export const reliabilityRegression = fleetPattern(DESCRIPTION, (settings) => {
  const bound = Math.log(1 / settings.error);

  const differs = (before: Release, now: Release): boolean => {
    const difference = shareOf(now) - shareOf(before);
    if (Math.abs(difference) < settings.leastDifference) return false;
    if (evidenceOfDifference(before, now) < bound) return false;
    return before.beside.trials === 0 || isApart(shareOf(now), before, difference);
  };

  function judge(before: Release, now: Release, about: CountedSession, context: FleetContext): void {
    const slot = `said/${keyOf(now)}`;
    const said = context.slots.get<Said>(slot);
    if (said) {
      const { low, high } = differenceInterval(before, now);
      if (said.isWorse ? high >= 0 : low <= 0) {
        context.withdraw(DESCRIPTION.pattern, keyOf(now));
        context.slots.delete(slot);
      } else if (now.trials >= said.again) tell(before, now, about, context);
    } else if (differs(before, now)) tell(before, now, about, context);
  }

  function tell(before: Release, now: Release, { session }: CountedSession, context: FleetContext): void {
    const difference = shareOf(now) - shareOf(before);
    const interval = differenceSequence(before, now, ERROR_OF_INTERVAL);
    const isWorse = difference < 0;
    context.slots.put<Said>(`said/${keyOf(now)}`, { against: before.release, isWorse, again: 2 * now.trials });
    const where = now.environment === '' ? '' : ` in ${now.environment}`;
    context.report({
      pattern: DESCRIPTION.pattern,
      key: keyOf(now),
      scope: 'fleet',
      at: { agent: context.key, release: now.release, environment: now.environment },
      severity: !isWorse ? 'info' : interval.high <= -LARGE ? 'high' : 'medium',
      confidence: rounded(1 - settings.error),
      summary:
        `${context.key} ${now.release}${where} is ${isWorse ? 'less' : 'more'} reliable than ${before.release}: ${points(difference)}, ` +
        `${intervalInWords(interval)}; ${percent(shareOf(now))} of ${now.trials} sessions ended well, ${percent(shareOf(before))} of ${before.trials} before`,
      evidence: {
        type: isWorse ? 'worse' : 'better',
        expected: `${percent(shareOf(before))} end well, as with ${before.release}`,
        seen: `${percent(shareOf(now))} end well with ${now.release}`,
        numbers: {
          reliability: rounded(shareOf(now)),
          before: rounded(shareOf(before)),
          difference: rounded(difference),
          low: rounded(interval.low),
          high: rounded(interval.high),
          sessions: now.trials,
          sessionsBefore: before.trials,
        },
      },
      ...timesOf(session),
    });
  }

  return {
    keyKind: 'agent',
    onSignal(body, context) {
      const about = countedSession(body, context.key);
      if (!about || about.session.release === '') return;
      const release = count(about, context.slots);
      const others = releasesIn(release.environment, context.slots);
      const before = predecessorOf(release, others, context.slots);
      if (before) judge(before, release, about, context);
      for (const next of others) {
        if (next.first > release.first && predecessorOf(next, others, context.slots)?.release === release.release) {
          judge(release, next, about, context);
        }
      }
    },
  };
});

/** While both are in use the new one differs from the old in the same way, by half of it and more. */
function isApart(share: number, before: Release, difference: number): boolean {
  const beside = share - shareOf(before.beside);
  const interval = differenceInterval(before, before.beside);
  const isOwn = Math.sign(beside) === Math.sign(difference) && Math.abs(beside) >= Math.abs(difference) / 2;
  // too few beside it to tell them from those before
  return isOwn || (interval.low <= 0 && interval.high >= 0);
}

function count({ session, hits, trials }: CountedSession, slots: Slots): Release {
  const environment = nameOf(session.environment);
  const release = nameOf(session.release);
  const start = session.startTime;
  const known = slots.get<Release>(slotOf({ environment, release }));
  const before: Release = known ?? {
    ...{ environment, release, ...nothingCounted(), first: start, last: start, beside: nothingCounted() },
  };
  if (!known) makeRoom(environment, slots);
  const isBeside = releasesIn(environment, slots).some(({ first }) => first > before.first && start >= first);
  const change = { hits, trials };
  const sum = counted(before, change);
  const next: Release = {
    ...before,
    ...(sum.trials > MOST_COUNTED ? halved(sum) : sum),
    first: Math.min(before.first, start),
    last: Math.max(before.last, start),
    beside: isBeside ? counted(before.beside, change) : before.beside,
  };
  slots.put(slotOf(next), next);
  return next;
}

/** A release is new: what was in use beside others is now in use beside it, and the one that was used longest ago is forgotten. */
function makeRoom(environment: string, slots: Slots): void {
  const all = releasesIn(undefined, slots);
  for (const other of all)
    if (other.environment === environment) slots.put(slotOf(other), { ...other, beside: nothingCounted() });
  if (all.length < MAX_RELEASES) return;
  const [oldest] = all.sort((a, b) => a.last - b.last || (slotOf(a) < slotOf(b) ? -1 : 1));
  if (!oldest) return;
  slots.delete(slotOf(oldest));
  slots.delete(`said/${keyOf(oldest)}`);
}

/** In the order in which they were first used. */
function releasesIn(environment: string | undefined, slots: Slots): Release[] {
  const found: Release[] = [];
  for (const slot of slots.keys()) {
    const release = slot.startsWith('r/') ? slots.get<Release>(slot) : undefined;
    if (release && (environment === undefined || release.environment === environment)) found.push(release);
  }
  return found.sort((a, b) => a.first - b.first || (slotOf(a) < slotOf(b) ? -1 : 1));
}

/** The one it was first compared with, else the last before it that was used to speak of. */
function predecessorOf(release: Release, all: readonly Release[], slots: Slots): Release | undefined {
  const said = slots.get<Said>(`said/${keyOf(release)}`);
  if (said) return all.find((other) => other.release === said.against);
  const earlier = all.filter(({ first }) => first < release.first);
  const most = Math.max(0, ...earlier.map(({ trials }) => trials));
  return earlier.findLast(({ trials }) => trials >= CANARY_SHARE * most);
}
