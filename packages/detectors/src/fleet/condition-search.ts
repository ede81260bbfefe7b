import { rejectedUpTo } from '../statistics/benjamini-hochberg.ts';
import { differenceInterval, type Interval } from '../statistics/interval.ts';
import { overRepresentation, type Stratum } from '../statistics/over-representation.ts';
import type { SampledSession } from './session-sample.ts';

/** One attribute value, or two that come together: numbers of the sample. */
export type Condition = readonly number[];

/** Sessions that went wrong at one place against those that passed it well. */
export interface Contrast {
  readonly failures: readonly SampledSession[];
  readonly successes: readonly SampledSession[];
}

export interface Effect extends Stratum {
  condition: Condition;
  /** Of the shares of failures and of successes that have it: the latter less the former, 95 %. */
  difference: Interval;
  pValue: number;
  /** How much it tells: the G statistic of its 2×2 table, in nats. */
  information: number;
}

export interface SearchSettings {
  /** Failures that must have a condition. */
  leastFailures: number;
  /** By so much more of the failures than of the successes must have it, by the lower end of the interval. */
  leastDifference: number;
}

const has = (session: SampledSession, condition: Condition): boolean =>
  condition.every((each) => session.attributes.includes(each));

const countOf = (sessions: readonly SampledSession[], condition: Condition): number =>
  sessions.reduce((sum, session) => sum + Number(has(session, condition)), 0);

/** `x ln(x / expected)`, 0 for none. */
const term = (seen: number, expected: number): number =>
  seen > 0 && expected > 0 ? seen * Math.log(seen / expected) : 0;

function informationOf({ failures, failuresWith, successes, successesWith }: Stratum): number {
  const all = failures + successes;
  const having = failuresWith + successesWith;
  const rest = all - having;
  return (
    term(failuresWith, (failures * having) / all) +
    term(failures - failuresWith, (failures * rest) / all) +
    term(successesWith, (successes * having) / all) +
    term(successes - successesWith, (successes * rest) / all)
  );
}

/** How a condition is spread, in all and by stratum. */
export function effectOf(condition: Condition, { failures, successes }: Contrast): Effect {
  const strata = new Map<number, Stratum>();
  const tally = (session: SampledSession, isFailure: boolean) => {
    const stratum = strata.get(session.stratum) ?? { failures: 0, failuresWith: 0, successes: 0, successesWith: 0 };
    strata.set(session.stratum, stratum);
    const having = Number(has(session, condition));
    if (isFailure) {
      stratum.failures++;
      stratum.failuresWith += having;
    } else {
      stratum.successes++;
      stratum.successesWith += having;
    }
  };
  for (const session of failures) tally(session, true);
  for (const session of successes) tally(session, false);
  const sum: Stratum = {
    failures: failures.length,
    failuresWith: countOf(failures, condition),
    successes: successes.length,
    successesWith: countOf(successes, condition),
  };
  return {
    condition,
    ...sum,
    difference: differenceInterval(
      { hits: sum.successesWith, trials: sum.successes },
      { hits: sum.failuresWith, trials: sum.failures },
    ),
    pValue: overRepresentation([...strata.values()]),
    information: informationOf(sum),
  };
}

/** A condition may only count where sessions of several days have it, when it says when they came: one bad day is no habit. */
export type IsSpread = (condition: Condition, having: readonly SampledSession[]) => boolean;

export interface Found {
  /** Those that are over-represented beyond chance, and by enough. */
  effects: Effect[];
  /** Conditions that were looked at. */
  tried: number;
}

/**
 * What sessions that went wrong have more often than those that did not, of all single attributes and all pairs, so that at most the share
 * `rate` of what is found is expected to be chance (Benjamini–Hochberg over all places and conditions).
 *
 * Which conditions are tried depends on how frequent they are in all, not on how they are spread.
 */
export function search<Place extends Contrast>(
  contrasts: readonly Place[],
  settings: SearchSettings,
  rate: number,
  isOfInterest: (condition: Condition, contrast: Place) => boolean,
  isSpread: IsSpread,
): Found[] {
  const found = contrasts.map((contrast): Found => {
    const tried = frequentIn(contrast, settings.leastFailures).filter(({ condition }) =>
      isOfInterest(condition, contrast),
    );
    const effects = tried
      .filter((one) => mayMatter(one, contrast, settings))
      .map(({ condition }) => effectOf(condition, contrast))
      .filter(({ condition }) =>
        isSpread(
          condition,
          contrast.failures.filter((session) => has(session, condition)),
        ),
      );
    return { effects, tried: tried.length };
  });
  const tried = found.reduce((sum, one) => sum + one.tried, 0);
  const pValues = found.flatMap(({ effects }) => effects.map(({ pValue }) => pValue));
  const accepted = rejectedUpTo(pValues, tried, rate);
  return found.map(({ effects }) => ({ effects: effects.filter(({ pValue }) => pValue <= accepted), tried }));
}

interface Frequency {
  condition: Condition;
  failuresWith: number;
  successesWith: number;
}

/** Single values and pairs that so many sessions have. */
function frequentIn({ failures, successes }: Contrast, least: number): Frequency[] {
  const all = [...failures, ...successes];
  const frequent = new Set(
    [...tally(all, (session) => session.attributes)].filter(([, n]) => n >= least).map(([a]) => a),
  );
  const keysIn = ({ attributes }: SampledSession): number[] => {
    const some = attributes.filter((each) => frequent.has(each)).sort((a, b) => a - b);
    return [...some, ...some.flatMap((a, i) => some.slice(i + 1).map((b) => (a + 1) * PAIRED + b))];
  };
  const failing = tally(failures, keysIn);
  const good = tally(successes, keysIn);
  return [...new Set([...failing.keys(), ...good.keys()])]
    .sort((a, b) => a - b)
    .map((key) => ({
      condition: key < PAIRED ? [key] : [Math.floor(key / PAIRED) - 1, key % PAIRED],
      failuresWith: failing.get(key) ?? 0,
      successesWith: good.get(key) ?? 0,
    }))
    .filter(({ failuresWith, successesWith }) => failuresWith + successesWith >= least);
}

function tally(
  sessions: readonly SampledSession[],
  keysIn: (session: SampledSession) => readonly number[],
): Map<number, number> {
  const counts = new Map<number, number>();
  for (const session of sessions) for (const key of keysIn(session)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** More than there are numbers. */
const PAIRED = 2 ** 16;

const compare = (a: Condition, b: Condition): number => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);

/** Before its exact p-value is worked out: enough failures have it, and so many more of them than of the successes. */
function mayMatter(
  { failuresWith, successesWith }: Frequency,
  { failures, successes }: Contrast,
  { leastFailures, leastDifference }: SearchSettings,
): boolean {
  if (failuresWith < leastFailures) return false;
  if (failuresWith / failures.length - successesWith / successes.length < leastDifference) return false;
  const { low } = differenceInterval(
    { hits: successesWith, trials: successes.length },
    { hits: failuresWith, trials: failures.length },
  );
  return low >= leastDifference;
}

/** By how much more a condition must tell than another that is simpler, or that was told before. */
const MARGIN = 1.15;
/** Chance at which a second thing is held to add nothing to a first. */
const ADDS = 0.001;
const MOST_TOLD = 3;

/**
 * The conditions that explain, the one that tells most first: a pair only where each of its values matters among those that have the other,
 * and it tells more than either alone; a further one only where it matters among the sessions that have none of those before.
 *
 * @param isKnown told before: kept, unless another tells clearly more
 */
export function explaining(
  effects: readonly Effect[],
  contrast: Contrast,
  isKnown: (condition: Condition) => boolean,
): Effect[] {
  const worth = (effect: Effect): number => effect.information * (isKnown(effect.condition) ? MARGIN : 1);
  const singles = effects.filter(({ condition }) => condition.length === 1);
  const adding = effects.filter((effect) => addsTo(effect, singles, contrast));
  const ranked = [...singles, ...adding].sort(
    (a, b) => worth(b) - worth(a) || a.condition.length - b.condition.length || compare(a.condition, b.condition),
  );
  const told: Effect[] = [];
  for (const effect of ranked) {
    if (told.length === MOST_TOLD) break;
    if (told.length === 0 || mattersBeyond(effect, told, contrast)) told.push(effect);
  }
  return told;
}

function addsTo({ condition, information }: Effect, singles: readonly Effect[], contrast: Contrast): boolean {
  const [a, b] = condition;
  if (a === undefined || b === undefined) return false;
  const parts = singles.filter((single) => condition.includes(single.condition[0] as number));
  if (parts.some((part) => information < MARGIN * part.information)) return false;
  return matters([b], having([a], contrast)) && matters([a], having([b], contrast));
}

const having = (condition: Condition, { failures, successes }: Contrast, isHaving = true): Contrast => ({
  failures: failures.filter((session) => has(session, condition) === isHaving),
  successes: successes.filter((session) => has(session, condition) === isHaving),
});

const matters = (condition: Condition, contrast: Contrast): boolean => effectOf(condition, contrast).pValue <= ADDS;

/** It matters among the sessions that the conditions before leave unexplained. */
export function mattersBeyond(
  { condition }: Pick<Effect, 'condition'>,
  told: readonly Effect[],
  contrast: Contrast,
): boolean {
  const rest = told.reduce((left, { condition: known }) => having(known, left, false), contrast);
  return matters(condition, rest);
}
