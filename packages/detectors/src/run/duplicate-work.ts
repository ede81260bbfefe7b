import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { listed } from '../detector/wording.ts';
import { byStartIn, isCall, isInnermost } from '../relations/calls.ts';
import { isAction, isLookup } from '../relations/error-nature.ts';
import { leavesAsItWas } from '../relations/made-anew.ts';
import { follows } from '../relations/operation.ts';

const DESCRIPTION = describePattern({
  pattern: 'duplicate_work',
  inShort: 'two agents look the same thing up',
  claims:
    'Two agents do the same read-only work in one run: the same lookup, with the same arguments and the same ' +
    'result.',
  doesNotClaim: [
    'a lookup that is repeated after something was written (a refresh), or whose result had changed; that another agent ' +
      'made something new, of which the lookup says nothing, is no such write',
    'what one agent repeats itself: that may be `no_progress_loop`',
    'lookups without arguments; one that had failed',
    'that an agent may not see for itself: a single quick lookup is an observation',
  ],
  needs: 'names of agents, arguments and results',
  happened: "the second agent's call",
  began: 'the inference that asked for it',
  evidence: {
    same_lookup:
      'seen: the agents; numbers `times`, `seconds` (that the repetitions took), `duplicates` (in the run so far); ' +
      'spans: the calls',
  },
  severity: {
    info: 'otherwise',
    low: 'the repetition was long, or many lookups of a run were repeated',
  },
  published: ['TRAIL resource abuse', 'MAST 1.3, 2.4'],
  settings: {
    costlyMs: setting.milliseconds(1_000, 'repeated work from which on it is `low`', 'a user notices a second'),
    many: setting.count(
      3,
      'lookups of a run that agents repeated, from which on each is `low`',
      'one or two may be caution; three are a way of working',
    ),
  },
});

interface State {
  /** A call of each lookup that agents have in common. */
  found: string[];
}

const MOST_FOUND = 32;
const MOST_ALIKE = 16;

interface Common {
  first: Step;
  second: Step;
  times: Step[];
  agents: string[];
}

/** Names of what is only read or worked out, beside those of lookups: `estimate_damage`, `flight_details`. */
const WORKS_OUT =
  /^(?:estimate|assess|classify|detect|compare|rank|quote|preview|translate|extract|analy[sz]e|summari[sz]e)(?![a-z])/i;
const IS_ABOUT = /(?:details?|info|status|list|history|balance|search|lookup|facts|report|summary)$/i;

const isReadOnly = (step: Step): boolean =>
  isLookup(step) || WORKS_OUT.test(step.tool) || (IS_ABOUT.test(step.tool) && !isAction(step));

const isRead = (step: Step): boolean =>
  isCall(step) && isReadOnly(step) && step.argumentsDigest !== '' && step.given !== '' && !isFailure(step);

/**
 * Something was written between two lookups that may have changed what they see; who has written it looks in any case to see
 * what came of it.
 */
function isWrittenBetween(from: Step, to: Step, run: RunView): boolean {
  const isWrite = (step: Step): boolean =>
    isCall(step) && !isReadOnly(step) && run.endOf(step) > run.endOf(from) && run.startOf(step) < run.startOf(to);
  const mayMatter = (write: Step): boolean => !leavesAsItWas(write, from) || run.agentOf(write) === run.agentOf(to);
  return run.steps.some((step) => isWrite(step) && mayMatter(step));
}

function commonIn(step: Step, run: RunView): Common | undefined {
  const alike = run
    .sameArguments(step)
    .filter((other) => other.tool === step.tool && isRead(other) && isInnermost(other, run))
    .slice(0, MOST_ALIKE)
    .sort(byStartIn(run));
  const [first] = alike;
  const agent = first && run.agentOf(first);
  if (!first || !agent) return undefined;
  const repeats = (other: Step): boolean => {
    const by = run.agentOf(other);
    return (
      by !== '' &&
      by !== agent &&
      other.resultDigest === first.resultDigest &&
      follows(other, first, run) &&
      !isWrittenBetween(first, other, run)
    );
  };
  const times = alike.filter((other) => other === first || repeats(other));
  const second = times[1];
  return second && { first, second, times, agents: [...new Set(times.map((time) => run.agentOf(time)))] };
}

export const duplicateWork = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  function report(common: Common, total: number, run: RunView, reporter: Reporter): void {
    const { first, second, times, agents } = common;
    const ms = times.slice(1).reduce((sum, time) => sum + (run.endOf(time) - run.startOf(time)) / 1_000, 0);
    reporter.report({
      key: first.argumentsDigest,
      span: second,
      rootCause: run.requesterOf(second) ?? second,
      severity: ms >= settings.costlyMs || total >= settings.many ? 'low' : 'info',
      confidence: 0.85,
      summary: `${listed(agents.slice(1))} called ${first.tool} again, though ${agents[0]} had called it with the same arguments and result`,
      evidence: {
        type: 'same_lookup',
        expected: `the result that ${agents[0]} had`,
        seen: agents.slice(0, 8),
        numbers: { times: times.length, seconds: Math.round(ms / 10) / 100, duplicates: total },
        spans: times.map((time) => time.spanId),
      },
    });
  }

  /** All that is known of a run is told anew: how many there are is part of how much each weighs. */
  function judge(run: RunView, state: State, reporter: Reporter): void {
    const found = state.found.flatMap((spanId) => {
      const step = run.stepOf(spanId);
      if (!step) return [];
      const common = commonIn(step, run);
      if (!common) reporter.withdraw(step.argumentsDigest);
      return common ?? [];
    });
    for (const common of found) report(common, found.length, run, reporter);
  }

  return {
    initialState: () => ({ found: [] }),
    onSpan(step, _span, run, state, reporter) {
      const known = state.found.length;
      if (isRead(step) && known < MOST_FOUND && run.sameArguments(step).length > 1) {
        const isKnown = state.found.some((spanId) => run.stepOf(spanId)?.argumentsDigest === step.argumentsDigest);
        if (!isKnown) state.found.push(step.spanId);
      }
      // A write, or the name of an agent, that came late.
      const isLate =
        state.found.length > 0 && (step.kind === 'agent' || step.kind === 'llm' || (isCall(step) && !isRead(step)));
      if (state.found.length > known || isLate || (isRead(step) && state.found.length > 0)) judge(run, state, reporter);
      return state.found.length > known;
    },
    onRunEnd(_end, run, state, reporter) {
      if (state.found.length > 0) judge(run, state, reporter);
      return false;
    },
  };
});
