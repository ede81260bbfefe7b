import type { Severity } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { duration, listed } from '../detector/wording.ts';
import { wordsOf } from '../relations/error-nature.ts';
import { incidentsOf } from '../relations/incidents.ts';
import { isOperation } from '../relations/operation.ts';
import { isTimedOut, type TimeoutChain, timeoutsAround } from '../relations/timeouts.ts';

const DESCRIPTION = describePattern({
  pattern: 'timeout_cascade',
  inShort: 'a slow dependency makes its callers time out, level by level',
  claims:
    'A dependency that is slow, or timed out, makes its callers time out. A level is a step that gave up by itself: ' +
    'it stands in another service than what it called, or its error has words or a limit of its own. What only ' +
    'passes an error on is no level, nor is machinery between operations.',
  doesNotClaim: [
    'one timeout, however many spans show it',
    "one operation's timeout that was tried again and done, whatever services stand below it",
    'timeouts side by side; callers in other traces',
    'what lies above an operation that came to a good end: it breaks the chain off',
  ],
  needs: 'the status of spans with the words of their errors',
  happened: 'the outermost caller that gave up',
  began:
    'the dependency that timed out first, or the step below it that took most of the time though it says nothing of ' +
    'a timeout',
  evidence: {
    levels:
      'seen: the levels by name, from the cause; numbers `levels`, `seconds` (of the outermost), `causeSeconds`; ' +
      'spans: the chain from the cause',
  },
  severity: {
    low: 'it was tried again and done',
    medium: 'two levels',
    high: 'three and more',
  },
  published: ['TRAIL timeout, service errors'],
  settings: {
    levels: setting.count(2, 'levels that make a cascade', 'one is a timeout'),
  },
});

interface State {
  /** Deepest causes of what was reported. */
  causes: string[];
}

const MOST_CAUSES = 32;
const MANY_LEVELS = 3;
const MOST_NAMED = 6;
/** A call and the services below it are one operation: tried again and done, it was one timeout. */
const MANY_OPERATIONS = 2;

/** By what it is for an agent, else by its service too: many requests are called `POST`. */
const nameOf = (step: Step): string =>
  step.tool || step.agent || [step.name, step.service].filter((part) => part !== '').join(' of ');
const lasted = (step: Step, run: RunView): string => duration((run.endOf(step) - run.startOf(step)) / 1_000);
const secondsOf = (step: Step, run: RunView): number => Math.round((run.endOf(step) - run.startOf(step)) / 1e4) / 100;

export const timeoutCascade = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  /** It was tried again, and done. */
  const isMended = ({ chain }: TimeoutChain, run: RunView): boolean =>
    incidentsOf(run).some(
      (incident) => incident.success !== undefined && (chain.includes(incident.span) || chain.includes(incident.cause)),
    );

  function severityOf({ levels }: TimeoutChain, mended: boolean): Severity {
    if (mended) return 'low';
    return levels.length >= MANY_LEVELS ? 'high' : 'medium';
  }

  function judge(step: Step, run: RunView, state: State, reporter: Reporter): boolean {
    const found = timeoutsAround(step, run);
    const { chain, levels } = found;
    const [cause] = chain;
    const top = chain.at(-1);
    const mended = isMended(found, run);
    const operations = levels.filter(isOperation).length;
    const stands = cause && top && levels.length >= settings.levels && !(mended && operations < MANY_OPERATIONS);
    // What was taken for the deepest before something below it came, or part of a chain that does not stand.
    const gone = state.causes.filter((id) => chain.some((at) => at.spanId === id) && !(stands && id === cause.spanId));
    for (const id of gone) reporter.withdraw(id);
    state.causes = state.causes.filter((id) => !gone.includes(id));
    if (!stands) return gone.length > 0;
    const isNew = !state.causes.includes(cause.spanId) && state.causes.length < MOST_CAUSES;
    if (isNew) state.causes.push(cause.spanId);
    reporter.report({
      key: cause.spanId,
      span: top,
      rootCause: cause,
      severity: severityOf(found, mended),
      confidence: levels.length >= MANY_LEVELS || levels.some((level) => level.service !== top.service) ? 0.95 : 0.85,
      summary: `${nameOf(cause)} ${isTimedOut(cause) ? 'timed out after' : 'took'} ${lasted(cause, run)}, and those that waited for it timed out in turn: ${listed(
        levels
          .filter((level) => level !== cause)
          .map(nameOf)
          .slice(0, MOST_NAMED),
      )}, the last after ${lasted(top, run)}${mended ? '; tried again, it worked' : ''}`,
      evidence: {
        type: 'levels',
        expected: `a result of ${nameOf(cause)} in time`,
        seen: chain.slice(0, 8).map((at) => `${nameOf(at)}: ${wordsOf(at).slice(0, 80) || `${secondsOf(at, run)} s`}`),
        numbers: { levels: levels.length, seconds: secondsOf(top, run), causeSeconds: secondsOf(cause, run) },
        spans: chain.slice(0, 32).map((at) => at.spanId),
      },
    });
    return gone.length > 0 || isNew;
  }

  /** The timeout of which a step may decide: its own, or the one above it, of which it is the cause. */
  function timeoutAt(step: Step, run: RunView): Step | undefined {
    let at: Step | undefined = step;
    for (let depth = 0; at && depth < 8; depth++) {
      if (isTimedOut(at)) return at;
      at = run.parentOf(at);
    }
    return undefined;
  }

  return {
    initialState: () => ({ causes: [] }),
    onSpan(step, _span, run, state, reporter) {
      if (run.troubles === 0) return false;
      const around = timeoutAt(step, run);
      return around ? judge(around, run, state, reporter) : false;
    },
    onRunEnd(_end, run, state, reporter) {
      let changed = false;
      if (run.troubles === 0) return false;
      for (const id of [...state.causes]) {
        const step = run.stepOf(id);
        const timedOut = step && (isTimedOut(step) ? step : timeoutAt(step, run));
        if (timedOut) changed = judge(timedOut, run, state, reporter) || changed;
      }
      return changed;
    },
  };
});
