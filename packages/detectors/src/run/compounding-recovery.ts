import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { AGENT, listed } from '../detector/wording.ts';
import { isCall } from '../relations/calls.ts';
import { encloses } from '../relations/enclosure.ts';
import { wordsOf } from '../relations/error-nature.ts';
import { isDue } from '../relations/incident-pace.ts';
import { type Incident, incidentsOf } from '../relations/incidents.ts';
import { follows, isOperation, isToolLike, sameAgent, sameOperation } from '../relations/operation.ts';
import { noteUserWords, type UserWords, userSpokeBetween } from '../relations/user-turns.ts';

const DESCRIPTION = describePattern({
  pattern: 'compounding_recovery',
  inShort: 'recoveries fail and have to be recovered from',
  claims:
    'Recoveries nest or follow each other. What was done about a failure lies within one of its attempts; or comes ' +
    'directly after it, while it is without success, and is seen to be about it: the failed call is tried again ' +
    'afterwards, or the model asks for it with words of the trouble.',
  doesNotClaim: [
    'retries that succeeded, with other work between them',
    'a failure that nobody minded; calls that failed side by side',
    'what a user said how to do after the failure: it is the user who recovers',
    'one call that fails over and over: that is `retry_storm`',
  ],
  needs: 'the status of spans, or results; messages tell what a call is about',
  happened:
    'the first recovery that failed and was itself recovered from; of those that follow each other the third ' +
    'failure',
  began: 'the deepest span that shows the first failure',
  evidence: {
    nested:
      'what was done about a failure failed in turn, and something was done about that; seen: each failure; numbers ' +
      '`depth` (the failure, its recovery, the recovery’s recovery …), `attempts`, `seconds`; spans: the failures',
    following:
      'failures of different calls, each put right by further attempts, with at most one other successful call from ' +
      'one to the next; holds the same',
  },
  severity: {
    medium: 'all came to a good end',
    high: 'otherwise',
  },
  published: ['TRAIL resource abuse, task orchestration', 'MAST 1.5'],
  settings: {
    depth: setting.count(3, 'levels that make it compounding', 'two, a fallback that had to be retried, are ordinary'),
    following: setting.count(4, 'recoveries that follow each other', 'single retries are spread over every run'),
  },
});

/** Successful calls between a failure and one that still is about it, and between recoveries that follow each other. */
const CALLS_BETWEEN = 1;
/** Failures before one, and steps between two, that are looked at. */
const MOST_LOOKED_BACK = 6;
const MOST_STEPS_BETWEEN = 64;

interface State {
  reported: string[];
  /** Absent where an older version began the run. */
  userWords?: UserWords;
}

const MOST_REPORTED = 16;

/** The incident was still without success when a step began. */
const isOpenAt = (incident: Incident, step: Step, run: RunView): boolean =>
  incident.success === undefined || run.endOf(incident.success) > run.startOf(step);

function successesBetween(from: Step, to: Step, run: RunView): number {
  const order = run.chronological();
  let count = 0;
  let left = MOST_STEPS_BETWEEN;
  for (let i = order.indexOf(to) - 1; i >= 0 && count <= CALLS_BETWEEN; i--) {
    const step = order[i] as Step;
    if (run.startOf(step) < run.endOf(from) - 1_000) break;
    left -= 1;
    if (left === 0) return CALLS_BETWEEN + 1;
    if (isCall(step) && !step.failed && step.outcome !== 'error' && run.endOf(step) <= run.startOf(to) + 1_000) count++;
  }
  return count;
}

/** The later failure is seen to be one of what was done about the earlier one. */
function isAbout(later: Incident, earlier: Incident, run: RunView): boolean {
  if (earlier.attempts.some((attempt) => follows(attempt, later.span, run))) return true;
  const asked = isToolLike(later.span) ? run.requesterOf(later.span) : undefined;
  return asked !== undefined && asked.said === 'trouble' && follows(asked, earlier.span, run);
}

/** The later failure came of what was done about the earlier one. */
function cameOf(later: Incident, earlier: Incident, run: RunView, words: UserWords): boolean {
  if (earlier.attempts.some((attempt) => attempt !== later.span && encloses(attempt.spanId, later.span, run)))
    return true;
  const last = earlier.attempts.findLast((attempt) => follows(later.span, attempt, run)) ?? earlier.span;
  if (!isOpenAt(earlier, later.span, run) || !follows(later.span, last, run)) return false;
  if (!sameAgent(later.span, earlier.span, run) || sameOperation(later.span, earlier.span, run)) return false;
  const asked = isToolLike(later.span) ? run.requesterOf(later.span) : undefined;
  if (asked && asked === run.requesterOf(earlier.span)) return false;
  if (userSpokeBetween(last, later.span, run, words)) return false;
  return isAbout(later, earlier, run) && successesBetween(last, later.span, run) <= CALLS_BETWEEN;
}

/** Something was done about it. */
const isActedOn = (incident: Incident): boolean => incident.attempts.length > 0 || incident.reaction === 'other_tool';

const levelsOf = (chain: readonly Incident[]): number => {
  const last = chain.at(-1);
  return chain.length + (last && isActedOn(last) ? 1 : 0);
};

/** Stretches of failures that were put right one after the other. */
function stretchesIn(incidents: readonly Incident[], run: RunView, words: UserWords): Incident[][] {
  const stretches: Incident[][] = [];
  let last: Incident | undefined;
  for (const incident of incidents) {
    const { span, attempts, success } = incident;
    if (!success || !attempts.includes(success)) continue;
    if (userSpokeBetween(span, attempts[0] ?? success, run, words)) continue;
    const goesOn =
      last?.success !== undefined &&
      follows(span, last.success, run) &&
      sameAgent(span, last.span, run) &&
      successesBetween(last.success, span, run) <= CALLS_BETWEEN;
    if (goesOn) stretches.at(-1)?.push(incident);
    else stretches.push([incident]);
    last = incident;
  }
  return stretches;
}

/** The longest chains, none part of another. */
function chainsIn(incidents: readonly Incident[], run: RunView, words: UserWords): Incident[][] {
  const before = new Map<Incident, Incident>();
  const depth = new Map<Incident, number>();
  incidents.forEach((later, i) => {
    depth.set(later, 1);
    for (const earlier of incidents.slice(Math.max(0, i - MOST_LOOKED_BACK), i)) {
      const deep = (depth.get(earlier) ?? 1) + 1;
      if (deep <= (depth.get(later) ?? 1) || !cameOf(later, earlier, run, words)) continue;
      depth.set(later, deep);
      before.set(later, earlier);
    }
  });
  const inner = new Set(before.values());
  const chains = incidents
    .filter((incident) => !inner.has(incident))
    .map((last) => {
      const chain = [last];
      for (let at = before.get(last); at; at = before.get(at)) chain.unshift(at);
      return chain;
    });
  // Of chains with one beginning the longest.
  const longest = new Map<Incident | undefined, Incident[]>();
  for (const chain of chains) if (chain.length > (longest.get(chain[0])?.length ?? 0)) longest.set(chain[0], chain);
  return [...longest.values()];
}

const nameOf = (step: Step): string => step.tool || step.agent || step.name;

export const compoundingRecovery = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  function report(
    type: 'nested' | 'following',
    found: readonly Incident[],
    run: RunView,
    reporter: Reporter,
  ): string[] {
    const [first] = found;
    const at = type === 'nested' ? found[settings.depth - 2] : found[2];
    const last = found.at(-1);
    if (!first || !at || !last) return [];
    const depth = type === 'nested' ? levelsOf(found) : found.length;
    const key = `${type} ${first.span.spanId}`;
    const names = found.slice(0, 5).map((incident) => nameOf(incident.span));
    const attempts = found.reduce((sum, incident) => sum + incident.attempts.length, 0);
    const end = last.success ?? last.attempts.at(-1) ?? last.span;
    reporter.report({
      key,
      span: at.span,
      rootCause: first.cause,
      severity: found.every((incident) => incident.success) ? 'medium' : 'high',
      confidence: type === 'nested' ? 0.85 : 0.8,
      summary:
        type === 'nested'
          ? `${names[0]} failed, and so did what ${AGENT} did about it: ${listed(names.slice(1))} (recoveries ${depth} levels deep)`
          : `${AGENT} had to retry ${found.length} failed calls in a row: ${listed(names)}`,
      evidence: {
        type,
        expected:
          type === 'nested'
            ? `a recovery from the failure of ${names[0]} that does not fail itself`
            : 'a run that mostly goes on',
        seen: found.slice(0, 8).map((incident) => `${nameOf(incident.span)}: ${wordsOf(incident.span).slice(0, 80)}`),
        numbers: {
          depth,
          attempts,
          seconds: Math.max(0, Math.round((run.endOf(end) - run.endOf(first.span)) / 1e4) / 100),
        },
        spans: found.slice(0, 32).map((incident) => incident.span.spanId),
      },
    });
    return [key];
  }

  function judge(run: RunView, state: State, reporter: Reporter): boolean {
    const { userWords: words = [] } = state;
    const incidents = incidentsOf(run).filter((incident) => isOperation(incident.span));
    const nested = chainsIn(incidents, run, words).filter((chain) => levelsOf(chain) >= settings.depth);
    const following = stretchesIn(incidents, run, words).filter((stretch) => stretch.length >= settings.following);
    const standing = [
      ...nested.flatMap((chain) => report('nested', chain, run, reporter)),
      ...following.flatMap((stretch) => report('following', stretch, run, reporter)),
    ];
    const gone = state.reported.filter((key) => !standing.includes(key));
    for (const key of gone) reporter.withdraw(key);
    if (gone.length === 0 && standing.every((key) => state.reported.includes(key))) return false;
    state.reported = standing.slice(0, MOST_REPORTED);
    return true;
  }

  return {
    initialState: () => ({ reported: [] }),

    onSpan(step, span, run, state, reporter) {
      state.userWords ??= [];
      const hasSpoken = noteUserWords(step, span, state.userWords);
      const hasChanged = isDue(step, run) && judge(run, state, reporter);
      return hasSpoken || hasChanged;
    },

    onRunEnd: (_end, run, state, reporter) => (run.troubles > 0 ? judge(run, state, reporter) : false),
  };
});
