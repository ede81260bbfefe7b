import type { Reporter } from '../detector/detector.ts';
import type { Needs, NormalNeeds, Quantity } from '../detector/normals.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { activeTimeOf, isWork, waitingTools } from '../relations/active-time.ts';
import { type Excess, excessOf } from '../relations/excess.ts';
import { spentStepByStep, stepsSpent, tokensSpent } from '../relations/spending.ts';
import { normsFor, whoseRunIs } from '../relations/whose-needs.ts';
import { type CrossedBound, spentInVain } from '../repetition/spent-in-vain.ts';

const DESCRIPTION = describePattern({
  pattern: 'runaway_cost',
  inShort: 'a run takes far more than runs of its agent need, and goes on',
  claims:
    'A run takes far more steps, tokens, money or time than its agent needs, and is told while it still goes on. What is ' +
    'needed is learned from the agent’s own runs that ended well, of the same workflow where runs name one, as quantile ' +
    'sketches (DDSketch, Masson et al. 2019). Before the root has ended, the leading agent is not known for sure: then ' +
    'runs that the working agent leads or takes part in are the measure; where no span names an agent, runs in which ' +
    'the working service takes part. The finding is revised as the run grows.',
  doesNotClaim: [
    'a task class that is heavy by right: upper quantiles reach that far as soon as one run in 50 is of it',
    'time in which nothing was under way, as between two turns of a user, nor calls that wait for a person',
    'tokens that were read from a provider’s cache; where costs are known, these are judged instead of tokens',
    'anything of an agent of which too few runs are known. A run that is longer than what it remembers is measured in ' +
      'full, but for its time',
    'what has become normal: when one in 25 of an agent’s runs, and ten, went beyond what was normal, they are taken in',
  ],
  needs: 'enough runs of the agent that ended well; for tokens and cost, spans that say them',
  happened: 'the step with which the run crossed the bound',
  began:
    'the sub-agent, or the inference that asked for the first call of the streak, that makes most of what goes beyond ' +
    'normal; else the first step beyond it',
  evidence: {
    steps:
      'inferences and tool calls; expected and seen in words; numbers `seen`, `bound`, `normal` (the quantile), `share` ' +
      '(which quantile), `runs` (it was learned from), `steps`, `tokens`, `costUsd`; where the run would have kept within all ' +
      'bounds without the calls that failed or repeated others, `inVain`, how many these are; spans: those calls, and ' +
      'what makes most of the excess',
    tokens: 'holds the same',
    cost: 'in USD; holds the same',
    time: 'seconds in which anything was under way; holds the same, and `seconds`',
  },
  severity: {
    medium: 'otherwise',
    high: 'twice the bound and more',
  },
  published: ['MAST 1.5', 'TRAIL resource abuse'],
  settings: {
    leastRuns: setting.count(
      30,
      'runs that must have ended well before anything is said',
      'of so few the quantile is their greatest, which another run exceeds by the margin only rarely',
    ),
    share: setting.share(
      0.98,
      'share of the runs that need no more than what counts as normal',
      'a rare task class counts from one run in 50 on, a single odd run does not',
    ),
    margin: setting.amount(2, 'so many times that is too much: steps, tokens, cost', 'inputs differ in size'),
    timeMargin: setting.amount(4, 'the same for time', 'it varies with the load of others, too'),
    leastSteps: setting.amount(
      30,
      'steps below which it is no matter',
      'fifteen rounds of an inference and a call: a few more pages, or a second look',
    ),
    leastTokens: setting.amount(30_000, 'the same for tokens', 'some cents, or a few long documents'),
    leastCostUsd: setting.amount(0.2, 'the same for cost, in USD', 'below that nobody is woken'),
    leastSeconds: setting.amount(60, 'the same for time, in seconds', 'a user waits so long'),
    waiting: setting.pattern(
      /(?:^|_)(?:ask|await|wait|sleep|pause|humans?|approvals?|approve|confirm|confirmation|clarify|elicit|escalate|user_input)(?:_|$)/i,
      'tools that wait for a person or for time to pass, by their names in snake case',
      'the usual verbs',
    ),
  },
});

const KEY = 'run';
/** It is told again when it has grown by this factor, when the root has ended, and at the end. */
const GROWTH = 1.5;
/** So many times the bound is grave. */
const GRAVE = 2;
/** Steps up to which time is measured with every step; in longer runs with every sixteenth. */
const EVERY_STEP_UP_TO = 64;
const EVERY = 16;
const MOST_SPANS = 32;

const UNITS: Readonly<Record<Quantity, { type: string; inWords: (amount: number) => string }>> = {
  steps: { type: 'steps', inWords: (n) => `${Math.round(n)} steps` },
  tokens: { type: 'tokens', inWords: (n) => `${Math.round(n)} tokens` },
  costUsd: { type: 'cost', inWords: (n) => `${n.toPrecision(3)} USD` },
  seconds: { type: 'time', inWords: (n) => `${Math.round(n)} s of work` },
};

interface State {
  /** How many times the bound it was when it was last told; 0: it was not. */
  told: number;
}

const rounded = (n: number): number => Number(n.toPrecision(4));

export const runawayCost = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  const isWaiting = waitingTools(settings.waiting);

  /** Cheap: whether any need is one to speak of. */
  function isNotable(run: RunView): boolean {
    const { spent } = run;
    return (
      stepsSpent(run) >= settings.leastSteps ||
      tokensSpent(run) >= settings.leastTokens ||
      spent.costUsd >= settings.leastCostUsd ||
      spent.end - spent.start >= settings.leastSeconds * 1e6
    );
  }

  /** The upper end of what is normal; undefined where it is not known of all. */
  function normalOf(quantity: Quantity, norms: readonly NormalNeeds[]): { normal: number; runs: number } | undefined {
    let normal = 0;
    let runs = Number.POSITIVE_INFINITY;
    for (const norm of norms) {
      if (norm.runs(quantity) < settings.leastRuns) return undefined;
      const quantile = norm.quantile(quantity, settings.share);
      if (quantile < normal) continue;
      normal = quantile;
      runs = norm.runs(quantity);
    }
    return norms.length === 0 ? undefined : { normal, runs };
  }

  /** @param isTimed whether the time is to be measured */
  function crossedBounds(run: RunView, norms: readonly NormalNeeds[], isTimed: boolean): CrossedBound[] {
    const crossed: CrossedBound[] = [];
    const compare = (quantity: Quantity, least: number, seenOf: (bound: number) => number): boolean => {
      const known = normalOf(quantity, norms);
      if (!known) return false;
      const margin = quantity === 'seconds' ? settings.timeMargin : settings.margin;
      const bound = Math.max(least, margin * known.normal);
      const seen = seenOf(bound);
      if (seen > bound) crossed.push({ quantity, seen, bound, ...known });
      return true;
    };
    compare('steps', settings.leastSteps, () => stepsSpent(run));
    const isPriced = run.spent.costUsd > 0 && compare('costUsd', settings.leastCostUsd, () => run.spent.costUsd);
    if (!isPriced) compare('tokens', settings.leastTokens, () => tokensSpent(run));
    if (isTimed && run.droppedSteps === 0) {
      compare('seconds', settings.leastSeconds, (bound) => {
        const { start, end } = run.spent;
        return end - start <= bound * 1e6 ? 0 : activeTimeOf(run, isWaiting) / 1e6;
      });
    }
    return crossed;
  }

  /** @returns whether the state changed */
  function judge(step: Step | undefined, run: RunView, state: State, reporter: Reporter): boolean {
    const isEnd = step === undefined || step === run.root;
    const isTimed = isEnd || step.index < EVERY_STEP_UP_TO || step.index % EVERY === 0;
    const crossed = crossedBounds(run, normsFor(step, run), isTimed);
    if (crossed.length === 0) {
      // While the root has not ended, the next step may be another agent's, with other normals.
      if (state.told === 0 || !isEnd) return false;
      reporter.withdraw(KEY);
      state.told = 0;
      return true;
    }
    const ratio = Math.max(...crossed.map(({ seen, bound }) => seen / bound));
    if (state.told > 0 && !isEnd && ratio < GROWTH * state.told) return false;
    tell(run, crossed, reporter);
    state.told = ratio;
    return true;
  }

  const excessIn = ({ quantity, seen, normal, bound }: CrossedBound, run: RunView): Excess | undefined =>
    excessOf(spentStepByStep(quantity, seen, run, isWaiting), normal, bound, run);

  function tell(run: RunView, crossed: readonly CrossedBound[], reporter: Reporter): void {
    const found = crossed
      .map((bound) => ({ bound, excess: excessIn(bound, run) }))
      .filter((one): one is { bound: CrossedBound; excess: Excess } => one.excess !== undefined)
      .sort((a, b) => run.endOf(a.excess.at) - run.endOf(b.excess.at));
    const [first] = found;
    if (!first) return;
    const { bound, excess } = first;
    const { type, inWords } = UNITS[bound.quantity];
    const times = Math.max(...crossed.map(({ seen, bound }) => seen / bound));
    const percent = Math.round(settings.share * 100);
    const seconds = crossed.find(({ quantity }) => quantity === 'seconds')?.seen;
    const vain = spentInVain(run, crossed);
    const expected = `at most ${inWords(bound.normal)} in ${percent} % of ${bound.runs} runs that ended well`;
    reporter.report({
      key: KEY,
      span: excess.at,
      rootCause: excess.began,
      severity: times >= GRAVE ? 'high' : 'medium',
      confidence: 0.8,
      summary: `${run.agent === '' ? 'the run' : `the run of ${run.agent}`} took ${inWords(bound.seen)}${
        excess.mostly === '' ? '' : `, most of the excess by ${excess.mostly}`
      }, where ${inWords(bound.normal)} are enough for ${percent} % of runs${
        vain.length === 0
          ? ''
          : `; without ${vain.length} calls that failed or repeated others it would have kept within bounds`
      }`,
      evidence: {
        type,
        expected,
        seen: inWords(bound.seen),
        numbers: {
          seen: rounded(bound.seen),
          bound: rounded(bound.bound),
          normal: rounded(bound.normal),
          share: settings.share,
          runs: bound.runs,
          steps: stepsSpent(run),
          tokens: tokensSpent(run),
          costUsd: rounded(run.spent.costUsd),
          ...(seconds === undefined ? {} : { seconds: rounded(seconds) }),
          ...(vain.length === 0 ? {} : { inVain: vain.length }),
        },
        spans: [...new Set([...vain, ...excess.steps].map(({ spanId }) => spanId))].slice(0, MOST_SPANS),
      },
    });
  }

  return {
    initialState: () => ({ told: 0 }),

    onSpan(step, _span, run, state, reporter) {
      if (!isNotable(run) || !(isWork(step) || step === run.root)) return false;
      return judge(step, run, state, reporter);
    },

    onRunEnd(_end, run, state, reporter) {
      return isNotable(run) && judge(undefined, run, state, reporter);
    },

    observe(run) {
      const { spent } = run;
      const needs: Partial<Needs> = { steps: stepsSpent(run) };
      if (tokensSpent(run) > 0) needs.tokens = tokensSpent(run);
      if (spent.costUsd > 0) needs.costUsd = spent.costUsd;
      if (run.droppedSteps === 0) needs.seconds = activeTimeOf(run, isWaiting) / 1e6;
      const isBeyond = crossedBounds(run, normsFor(undefined, run), true).length > 0;
      return stepsSpent(run) === 0 ? [] : [{ about: 'needs', of: whoseRunIs(run), needs, isBeyond }];
    },
  };
});
