import { describePattern } from '../detector/pattern.ts';
import * as setting from '../detector/setting.ts';
import { listed } from '../detector/wording.ts';
import {
  type Condition,
  type Contrast,
  type Effect,
  effectOf,
  explaining,
  mattersBeyond,
  search,
} from './condition-search.ts';
import type { FleetContext } from './fleet-detector.ts';
import { fleetPattern } from './fleet-pattern.ts';
import { type CountedSession, countedSession, placeOfStep, timesOf } from './observed-session.ts';
import { percent, rounded } from './percentages.ts';
import { type SampledSession, SessionSample } from './session-sample.ts';

const DESCRIPTION = describePattern({
  pattern: 'failure_condition',
  inShort: 'sessions that go wrong at a step share what others have not',
  claims:
    'Of the sessions that went wrong at a step of an agent, far more have an attribute value, or two values together, than of the sessions that passed that ' +
    'step and ended well. Every value and every pair is tried at every step where sessions go wrong, by an exact conditional test over releases and environments (Fisher 1935, ' +
    'Birch 1964), so that what merely changed with a release explains nothing; of what is told at most the share `rate` is expected to be chance, though ' +
    'it is looked at again and again (Benjamini and Hochberg 1995, the rate spent over the looks). Of several that say the same the one that tells most is ' +
    'told first (`rank` 1), a pair only where each of its values matters among those that have the other. The sessions are samples that forget slowly.',
  doesNotClaim: [
    'that the attribute is the cause: it comes with failing',
    'releases and environments themselves: `reliability_regression` and `production_gap` compare them',
    'hours or weekdays in which a single bad day lies',
    'what is as frequent among sessions that end well, and what only comes with a condition that was told',
  ],
  needs: 'attributes of runs: content of the user’s messages for their form, language and length; models, providers',
  happened: 'none: it is about a step',
  began: 'none',
  evidence: {
    single:
      'expected and seen in words: the conditions as `name=value`; numbers `rank`, `failures` and `successes` that were compared, the shares that have it, `low` and `high` of ' +
      'their difference (95 %), `tried` (conditions)',
    pair: 'holds the same, of two values that come together',
  },
  severity: {
    medium: 'otherwise',
    high: 'half of the failures at the step and more have it, by the interval, and it comes first',
  },
  published: [],
  settings: {
    leastFailures: setting.count(8, 'failures that must have it', 'what a handful has in common is mostly chance'),
    leastDifference: setting.share(
      0.15,
      'by so much more of the failures than of the successes must have it, by the interval’s lower end',
      'less explains too little to act on',
    ),
    rate: setting.share(0.05, 'share of what is told that may be chance, over all looks', 'the usual rate'),
  },
});

/** Steps at which most sessions go wrong; and all together, of which the name is empty. */
const MOST_STEPS = 6;
const ANYWHERE = -1;
const LEAST_SUCCESSES = 20;

/** What comes with a release or an environment is told of them; see `doesNotClaim`. */
const NOT_ASKED = /^(?:release|environment)=/;
/** Which other tools a session called depends on how it went. */
const TOOL_VERSION = /^tool\.version (.*?)=/;

function isAskedAt(tool: string, name: string): boolean {
  const [, versioned = tool] = TOOL_VERSION.exec(name) ?? [];
  return versioned === tool && !NOT_ASKED.test(name);
}

const TIME = /^time\./;
/** Days on which sessions must have come for their time to count. */
const LEAST_DAYS = 3;

/** Failures from one look to the next: a fifth of what there were, at most so many. */
const [FIRST_LOOK, GROWTH, LARGEST_STRIDE] = [12, 0.2, 40];

/** Slot `look`. */
interface Look {
  failures: number;
  /** The next look, in failures. */
  next: number;
  looks: number;
}

/** Slot `said/<step>|<condition>`. */
interface Said {
  step: string;
  conditions: string[];
  /** It is told again at so many failures. */
  again: number;
}

/** Where sessions go wrong, and how many do. */
interface Place extends Contrast {
  step: number;
}

export const failureCondition = fleetPattern(DESCRIPTION, (settings) => {
  function look(sample: SessionSample, about: CountedSession, looked: Look, context: FleetContext): void {
    const places = placesOf(sample).filter(
      ({ failures, successes }) => failures.length >= settings.leastFailures && successes.length >= LEAST_SUCCESSES,
    );
    // 1/2 + 1/6 + 1/12 + … = 1
    const rate = settings.rate / (looked.looks * (looked.looks + 1));
    const isAsked = (condition: Condition, place: Place) => {
      const { tool } = placeOfStep(stepIn(place, sample));
      return condition.every((each) => isAskedAt(tool ?? '', sample.nameOf(each)));
    };
    const found = search(places, settings, rate, isAsked, (condition, having) => isSpread(condition, having, sample));
    const said = saidIn(context);
    const told = new Set<string>();
    for (const [i, place] of places.entries()) {
      // what holds at a step need not be said of all steps together
      if (place.step === ANYWHERE && told.size > 0) continue;
      const step = stepIn(place, sample);
      const keyOf = (condition: Condition) => keyFor(step, textsOf(condition, sample));
      const effects = explaining(found[i]?.effects ?? [], place, (condition) => said.has(keyOf(condition)));
      for (const [at, effect] of effects.entries()) {
        const key = keyOf(effect.condition);
        told.add(key);
        const known = said.get(key);
        if (known && looked.failures < known.again) continue;
        const conditions = textsOf(effect.condition, sample);
        context.slots.put<Said>(`said/${key}`, { step, conditions, again: 2 * looked.failures });
        context.report(finding(effect, at + 1, { step, conditions, tried: found[i]?.tried ?? 0 }, about, context));
      }
      for (const [key, known] of said) {
        if (known.step === step && !told.has(key) && stillHolds(known, place, effects, sample)) told.add(key);
      }
    }
    for (const key of said.keys()) {
      if (told.has(key)) continue;
      context.withdraw(DESCRIPTION.pattern, key);
      context.slots.delete(`said/${key}`);
    }
  }

  /** What was told needs less to be kept than to be told: half the difference, and that nothing else explains it. */
  function stillHolds({ conditions }: Said, place: Place, effects: readonly Effect[], sample: SessionSample): boolean {
    const condition = conditions.flatMap((name) => sample.numberOf(name) ?? []);
    if (condition.length < conditions.length) return false;
    const effect = effectOf(condition, place);
    if (effect.failuresWith < settings.leastFailures || effect.difference.low < settings.leastDifference / 2)
      return false;
    return effects.length === 0 || mattersBeyond(effect, effects, place);
  }

  function finding(
    effect: Effect,
    rank: number,
    { step, conditions, tried }: { step: string; conditions: readonly string[]; tried: number },
    { session }: CountedSession,
    { key: agent }: FleetContext,
  ) {
    const [failing, good] = [effect.failuresWith / effect.failures, effect.successesWith / effect.successes];
    const { low, high } = effect.difference;
    const where = step === '' ? `of ${agent}` : `at \`${placeOfStep(step).tool || step}\` of ${agent}`;
    const names = listed(conditions.map((text) => text.replace('=', ' ')));
    return {
      pattern: DESCRIPTION.pattern,
      key: keyFor(step, conditions),
      scope: 'fleet' as const,
      at: { agent, ...placeOfStep(step) },
      severity: rank === 1 && low >= 0.5 ? ('high' as const) : ('medium' as const),
      confidence: rounded(1 - settings.rate),
      summary:
        `${percent(failing)} of ${effect.failures} failures ${where} have ${names}; ` +
        `${percent(good)} of ${effect.successes} sessions that went well do`,
      evidence: {
        type: conditions.length === 1 ? 'single' : 'pair',
        expected: `${percent(good)}, as of the sessions that went well`,
        seen: conditions.join(' and '),
        numbers: {
          rank,
          failures: effect.failures,
          successes: effect.successes,
          shareOfFailures: rounded(failing),
          shareOfSuccesses: rounded(good),
          low: rounded(low),
          high: rounded(high),
          tried,
        },
      },
      ...timesOf(session),
    };
  }

  return {
    keyKind: 'agent',
    onSignal(body, context) {
      const about = countedSession(body, context.key);
      if (!about) return;
      const { slots } = context;
      const sample = SessionSample.of(slots);
      sample.add(about.session, about.isGood);
      if (about.isGood) return;
      const before = slots.get<Look>('look') ?? { failures: 0, next: FIRST_LOOK, looks: 0 };
      const looked = { ...before, failures: before.failures + 1 };
      if (looked.failures >= looked.next) {
        looked.looks++;
        looked.next = looked.failures + Math.max(1, Math.min(LARGEST_STRIDE, Math.ceil(GROWTH * looked.failures)));
        sample.forgetNames();
        look(sample, about, looked, context);
      }
      slots.put<Look>('look', looked);
    },
  };
});

const keyFor = (step: string, conditions: readonly string[]): string => `${step}|${[...conditions].sort().join('&')}`;

const textsOf = (condition: Condition, sample: SessionSample): string[] =>
  condition.map((number) => sample.nameOf(number)).sort();

const stepIn = ({ step }: Place, sample: SessionSample): string => (step === ANYWHERE ? '' : sample.nameOf(step));

function saidIn({ slots }: FleetContext): Map<string, Said> {
  const said = new Map<string, Said>();
  for (const slot of slots.keys()) {
    const one = slot.startsWith('said/') ? slots.get<Said>(slot) : undefined;
    if (one) said.set(slot.slice('said/'.length), one);
  }
  return said;
}

/** The steps at which most sessions went wrong, those first; last, anywhere. */
function placesOf(sample: SessionSample): Place[] {
  const { failed, good } = sample;
  const counts = new Map<number, number>();
  for (const { causes } of failed) for (const step of causes) counts.set(step, (counts.get(step) ?? 0) + 1);
  const steps = [...counts].sort(([a, n], [b, m]) => m - n || a - b).slice(0, MOST_STEPS);
  return [
    ...steps.map(([step]) => ({
      step,
      failures: failed.filter(({ causes }) => causes.includes(step)),
      successes: good.filter((session) => session.steps.includes(step)),
    })),
    { step: ANYWHERE, failures: failed, successes: good },
  ];
}

function isSpread(condition: Condition, having: readonly SampledSession[], sample: SessionSample): boolean {
  if (!condition.some((each) => TIME.test(sample.nameOf(each)))) return true;
  return new Set(having.map(({ day }) => day)).size >= LEAST_DAYS;
}
