import { describePattern } from '../detector/pattern.ts';
import * as setting from '../detector/setting.ts';
import { levelAbove } from '../statistics/evidence-level.ts';
import { type Counts, shareInterval } from '../statistics/interval.ts';
import { shareSequence } from '../statistics/share-sequence.ts';
import { evidenceOfDifference, leastTrials } from '../statistics/two-shares.ts';
import type { FleetContext } from './fleet-detector.ts';
import { fleetPattern } from './fleet-pattern.ts';
import { type CountedSession, countedSession, placeOfStep, timesOf } from './observed-session.ts';
import { percent, rounded, shareOf } from './percentages.ts';
import { AgentSteps, type StepCounts, type Workflow } from './step-counts.ts';

const DESCRIPTION = describePattern({
  pattern: 'brittle_step',
  inShort: 'a step makes a good part of an agent’s sessions fail, and fails more often than its peers',
  claims:
    'A fair share of the sessions of an agent that did not end well went wrong at one step (the root cause of their verdict lies there), sessions that use the step ' +
    'go wrong there often enough, and more often than at other steps of its kind. Told when all of it is established, by confidence sequences that hold at all times ' +
    '(Robbins 1970; Howard et al. 2021) and the test of two shares that `reliability_regression` uses; not while it is a hint. Steps of an agent are ranked by ' +
    'what they contribute. Told again when failing sessions have doubled, and taken back when the intervals no longer bear it.',
  doesNotClaim: [
    'the step that merely comes first among steps that fail alike',
    'steps that are rarely used, or at which hardly any session goes wrong',
    'a step that fails and is recovered from: what counts is what became of the session',
  ],
  needs: 'names of agents and tools on spans; sessions that end',
  happened: 'none: it is about a step',
  began: 'none',
  evidence: {
    contribution:
      'expected and seen in words; numbers `rank`, `contribution` (share of the failing sessions) with `low` and `high` (valid at all times), `risk` (share of the sessions with the step that go wrong there), `peers` ' +
      '(the same at other steps of its kind), `failures` there, `failing` sessions, `used` sessions with the step',
  },
  severity: { medium: 'otherwise', high: 'half of the failing sessions and more went wrong there, by the interval' },
  published: [],
  settings: {
    error: setting.share(0.01, 'chance that a step that is like others is ever told', 'as for releases'),
    leastFailures: setting.count(8, 'sessions that must have gone wrong there', 'of a handful any step may have all'),
    leastContribution: setting.share(
      0.2,
      'share of the failing sessions that must have gone wrong there',
      'to mend it must be worth it',
    ),
    leastRisk: setting.share(
      0.03,
      'share of the sessions with the step that must go wrong there',
      'no step is free of faults',
    ),
    timesPeers: setting.amount(
      2,
      'so many times as often as at its peers',
      'steps of a kind differ by chance and by what they do',
    ),
  },
});

/** Slot `said/<workflow>/<step>`: told again at so many failures there. */
interface Said {
  again: number;
}

/** A step against the failing sessions, and against its peers. */
interface Standing {
  counts: StepCounts;
  contribution: Counts;
  risk: Counts;
  peers: Counts;
}

const kindOf = (step: string): string => step.split('/')[1] ?? '';

export const brittleStep = fleetPattern(DESCRIPTION, (settings) => {
  const bound = Math.log(1 / settings.error);
  const level = (counts: Counts, least: number) =>
    levelAbove(least, shareInterval(counts.hits, counts.trials), shareSequence(counts, settings.error));

  /** The interval's lower end against what peers do: without peers to speak of, there is nothing to compare. */
  function isWorseThanPeers({ risk, peers }: Standing): boolean {
    if (peers.trials < leastTrials) return true;
    if (shareOf(risk) < settings.timesPeers * shareOf(peers)) return false;
    return evidenceOfDifference(peers, risk) >= bound;
  }

  const isEstablished = (standing: Standing): boolean =>
    standing.counts.causes >= settings.leastFailures &&
    level(standing.contribution, settings.leastContribution) === 'established' &&
    level(standing.risk, settings.leastRisk) === 'established' &&
    isWorseThanPeers(standing);

  /** What was told is taken back when the counts speak against it, not when they become a hint. */
  const isGone = ({ contribution, risk, peers }: Standing): boolean =>
    shareInterval(contribution.hits, contribution.trials).high < settings.leastContribution ||
    shareInterval(risk.hits, risk.trials).high < settings.leastRisk ||
    (peers.trials >= leastTrials && shareOf(risk) < 0.75 * settings.timesPeers * shareOf(peers));

  function tell(standing: Standing, rank: number, { session }: CountedSession, context: FleetContext): void {
    const { counts, contribution, risk, peers } = standing;
    const { low, high } = shareSequence(contribution, settings.error);
    const place = placeOfStep(counts.step);
    const key = `${counts.workflow}/${counts.step}`;
    context.slots.put<Said>(`said/${key}`, { again: 2 * counts.causes });
    context.report({
      pattern: DESCRIPTION.pattern,
      key,
      scope: 'fleet',
      at: { agent: context.key, workflow: counts.workflow, ...place },
      severity: low >= 0.5 ? 'high' : 'medium',
      confidence: rounded(1 - settings.error),
      summary:
        `${percent(shareOf(contribution))} of the ${contribution.trials} failing sessions of ${context.key} went wrong at \`${place.tool || counts.step}\`: ` +
        `${percent(shareOf(risk))} of the sessions that use it do, ${percent(shareOf(peers))} at its peers`,
      evidence: {
        type: 'contribution',
        expected: `${percent(shareOf(peers))} of the sessions go wrong there, as at other steps of its kind`,
        seen: `${percent(shareOf(risk))} of ${counts.used} sessions go wrong there`,
        numbers: {
          rank,
          contribution: rounded(shareOf(contribution)),
          low: rounded(low),
          high: rounded(high),
          risk: rounded(shareOf(risk)),
          peers: rounded(shareOf(peers)),
          failures: counts.causes,
          failing: contribution.trials,
          used: counts.used,
        },
      },
      ...timesOf(session),
    });
  }

  function judge(workflow: Workflow, steps: readonly StepCounts[], about: CountedSession, context: FleetContext): void {
    const ranked = steps
      .filter(({ causes }) => causes > 0)
      .sort((a, b) => b.causes - a.causes || (a.step < b.step ? -1 : 1));
    for (const counts of steps) {
      const slot = `said/${counts.workflow}/${counts.step}`;
      const said = context.slots.get<Said>(slot);
      if (!said && !isTouched(counts, about)) continue;
      const standing = standingOf(counts, workflow, steps);
      const rank = ranked.indexOf(counts) + 1;
      if (!said) {
        if (isEstablished(standing)) tell(standing, rank, about, context);
      } else if (isGone(standing)) {
        context.withdraw(DESCRIPTION.pattern, slot.slice('said/'.length));
        context.slots.delete(slot);
      } else if (counts.causes >= said.again) tell(standing, rank, about, context);
    }
  }

  return {
    keyKind: 'agent',
    onSignal(body, context) {
      const about = countedSession(body, context.key);
      if (!about) return;
      const all = AgentSteps.of(context.slots);
      const workflow = all.add(about);
      judge(workflow, all.stepsOf(workflow.name), about, context);
    },
  };
});

/** Only a session that failed there can establish it. */
const isTouched = ({ step }: StepCounts, { session, isGood }: CountedSession): boolean =>
  !isGood && session.points.some((point) => point.isCause && point.step === step);

function standingOf(counts: StepCounts, workflow: Workflow, steps: readonly StepCounts[]): Standing {
  const failing = workflow.trials - workflow.hits;
  const peers = steps.filter(({ step }) => step !== counts.step && kindOf(step) === kindOf(counts.step));
  return {
    counts,
    contribution: { hits: Math.min(counts.causes, failing), trials: failing },
    risk: { hits: counts.causes, trials: counts.used },
    peers: {
      hits: peers.reduce((sum, { causes }) => sum + causes, 0),
      trials: peers.reduce((sum, { used }) => sum + used, 0),
    },
  };
}
