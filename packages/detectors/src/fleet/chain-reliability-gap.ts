import { describePattern } from '../detector/pattern.ts';
import * as setting from '../detector/setting.ts';
import { differenceInterval, type Interval, shareInterval } from '../statistics/interval.ts';
import { shareSequence } from '../statistics/share-sequence.ts';
import type { FleetContext } from './fleet-detector.ts';
import { fleetPattern } from './fleet-pattern.ts';
import { type CountedSession, countedSession, placeOfStep, timesOf } from './observed-session.ts';
import { percent, points, rounded, shareOf } from './percentages.ts';
import { AgentSteps, type StepCounts, type Workflow } from './step-counts.ts';

const DESCRIPTION = describePattern({
  pattern: 'chain_reliability_gap',
  inShort: 'a chain of steps is less reliable than its steps let expect, or more',
  claims:
    'If every step failed for itself and each failure cost the session, the product of the steps’ reliabilities would be the chain’s. Another share of the sessions of an agent’s workflow ended well: ' +
    'fewer, where errors compound or nothing shows them (a wrong value is passed on, a result is misread), or more, where failures are recovered from. Compared where ' +
    'the confidence sequence of what is seen (Robbins 1970; Howard et al. 2021) and the interval of the product (delta method, three standard errors) lie apart by more than the least gap. It names the step that ' +
    'costs most: where most failing sessions went wrong; where more end well, the one that fails most.',
  doesNotClaim: [
    'a gap within what counts let know',
    'workflows of a single step; steps that fail only together make the product too small',
    'that recovering is free: it costs time and tokens',
  ],
  needs: 'failures on spans of steps, by status or result; sessions that end',
  happened: 'none: it is about a workflow',
  began: 'none',
  evidence: {
    below:
      'expected and seen in words; numbers `predicted` with `predictedLow` and `predictedHigh`, `observed` with `low` and `high` (valid at all times), `difference`, `sessions`, `steps`',
    above: 'holds the same',
  },
  severity: {
    info: 'more sessions end well than the steps let expect',
    low: 'fewer do',
    medium: 'twenty points fewer, by the intervals',
  },
  published: [],
  settings: {
    error: setting.share(0.01, 'chance that the interval of what is seen ever leaves out the truth', 'as for releases'),
    leastGap: setting.share(
      0.05,
      'gap between the intervals that is told',
      'a failure in twenty sessions that no step shows',
    ),
  },
});

const JUDGED_EVERY = 20;
const LEAST_SESSIONS = 60;
const STANDARD_ERRORS = 3;
const LARGE = 0.2;

/** Slot `said/<workflow>`: told as what, and told again at so many sessions. */
interface Said {
  type: 'below' | 'above';
  again: number;
}

/** The share of sessions that would end well, with its interval. */
interface Predicted extends Interval {
  share: number;
}

/** Steps fail for themselves: log shares add up, and so do their variances. */
function predictedBy(steps: readonly StepCounts[], sessions: number): Predicted {
  let [log, variance] = [0, 0];
  for (const { failed } of steps) {
    const fails = Math.min(failed, sessions - 1);
    log += Math.log1p(-fails / sessions);
    variance += fails / (sessions * (sessions - fails));
  }
  // a step that never failed may fail as rarely as a half in all sessions
  const spread = STANDARD_ERRORS * Math.sqrt(variance + 1 / (2 * sessions) ** 2);
  return { share: Math.exp(log), low: Math.exp(log - spread), high: Math.min(1, Math.exp(log + spread)) };
}

export const chainReliabilityGap = fleetPattern(DESCRIPTION, (settings) => {
  function judge(workflow: Workflow, steps: readonly StepCounts[], about: CountedSession, context: FleetContext): void {
    const slot = `said/${workflow.name}`;
    const said = context.slots.get<Said>(slot);
    const predicted = predictedBy(steps, workflow.trials);
    const seen = shareSequence(workflow, settings.error);
    const type =
      seen.high < predicted.low - settings.leastGap
        ? 'below'
        : seen.low > predicted.high + settings.leastGap
          ? 'above'
          : undefined;
    if (type && type !== said?.type) tell(type, workflow, steps, predicted, about, context);
    else if (said && !type && isGone(said, workflow, predicted)) {
      context.withdraw(DESCRIPTION.pattern, workflow.name);
      context.slots.delete(slot);
    } else if (said && workflow.trials >= said.again) tell(said.type, workflow, steps, predicted, about, context);
  }

  function tell(
    type: Said['type'],
    workflow: Workflow,
    steps: readonly StepCounts[],
    predicted: Predicted,
    { session }: CountedSession,
    context: FleetContext,
  ): void {
    context.slots.put<Said>(`said/${workflow.name}`, { type, again: 2 * workflow.trials });
    const { low, high } = shareSequence(workflow, settings.error);
    const observed = shareOf(workflow);
    const costly = costliest(steps, type);
    const of = workflow.name === '' ? context.key : `${workflow.name} of ${context.key}`;
    const where = costly ? `; \`${placeOfStep(costly.step).tool || costly.step}\` ${reasonOf(costly, type)}` : '';
    const gap = type === 'below' ? predicted.low - high : low - predicted.high;
    context.report({
      pattern: DESCRIPTION.pattern,
      key: workflow.name,
      scope: 'fleet',
      at: { agent: context.key, workflow: workflow.name, ...(costly ? placeOfStep(costly.step) : {}) },
      severity: type === 'above' ? 'info' : gap >= LARGE ? 'medium' : 'low',
      confidence: rounded(1 - settings.error),
      summary:
        `${percent(observed)} of ${workflow.trials} sessions of ${of} end well, where its ${steps.length} steps let expect ${percent(predicted.share)} ` +
        `(${points(observed - predicted.share)})${where}`,
      evidence: {
        type,
        expected: `${percent(predicted.share)} end well, the product of ${steps.length} steps`,
        seen: `${percent(observed)} end well${where}`,
        numbers: {
          predicted: rounded(predicted.share),
          predictedLow: rounded(predicted.low),
          predictedHigh: rounded(predicted.high),
          observed: rounded(observed),
          low: rounded(low),
          high: rounded(high),
          difference: rounded(observed - predicted.share),
          sessions: workflow.trials,
          steps: steps.length,
        },
      },
      ...timesOf(session),
    });
  }

  return {
    keyKind: 'agent',
    onSignal(body, context) {
      const about = countedSession(body, context.key);
      if (!about) return;
      const all = AgentSteps.of(context.slots);
      const workflow = all.add(about);
      if (workflow.trials < LEAST_SESSIONS || workflow.trials % JUDGED_EVERY !== 0) return;
      const steps = all.stepsOf(workflow.name);
      if (steps.length > 1) judge(workflow, steps, about, context);
    },
  };
});

/** Looked at once, what is seen and what is predicted are no longer apart. */
function isGone({ type }: Said, workflow: Workflow, predicted: Predicted): boolean {
  const predictedCounts = { hits: predicted.share * workflow.trials, trials: workflow.trials };
  const { low, high } = differenceInterval(predictedCounts, workflow);
  return type === 'below'
    ? high >= 0
    : low <= 0 || shareInterval(workflow.hits, workflow.trials).low <= predicted.share;
}

const costliest = (steps: readonly StepCounts[], type: Said['type']): StepCounts | undefined => {
  const cost = (step: StepCounts) => (type === 'below' ? step.causes : step.failed);
  const [most] = steps.filter((step) => cost(step) > 0).sort((a, b) => cost(b) - cost(a) || (a.step < b.step ? -1 : 1));
  return most;
};

const reasonOf = ({ causes, failed, used }: StepCounts, type: Said['type']): string =>
  type === 'below'
    ? `costs it most: ${causes} sessions went wrong there`
    : `fails most: in ${failed} of ${used} sessions, without costing them all`;
