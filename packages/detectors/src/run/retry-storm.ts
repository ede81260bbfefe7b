import type { FindingDraft, Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { AGENT, duration, times } from '../detector/wording.ts';
import { isCall } from '../relations/calls.ts';
import { innerAttempts, keyOf, operationOf, type Streak, streaksOf } from '../repetition/retry-streaks.ts';

const DESCRIPTION = describePattern({
  pattern: 'retry_storm',
  inShort: 'a call that keeps failing is made again and again',
  claims:
    'One call is tried again and again although it keeps failing, or its attempts multiply over nested layers: ' +
    'three attempts of a tool with three HTTP attempts each are nine. *Errors* are repeated here; repeated ' +
    '*successes* are `no_progress_loop`. A success of the call ends the streak.',
  doesNotClaim: [
    'that retrying was wrong in itself: up to three failures, or up to five with pauses between them, are `recovery`',
    'calls that overlap in time: they are no retries of each other',
    'a call whose arguments were not captured, unless the same operation fails with the same error on end',
  ],
  needs: 'arguments of tools; the status of spans, or results',
  happened: 'the attempt that makes it a storm',
  began: 'the first failed attempt',
  evidence: {
    repeated_failure:
      'seen: the error; numbers `attempts`, `failures`, `innerAttempts`, `seconds`, `callSeconds`, and ' +
      '`inputTokens`, `outputTokens`, `costUsd` of the inferences that asked for the retries; spans: the failed ' +
      'attempts',
    multiplied_attempts: 'the same, where `innerAttempts` is what counts',
  },
  severity: {
    low: 'it succeeded before the eighth attempt, or arguments were not captured',
    medium: 'otherwise',
    high: 'eight attempts and more without success',
  },
  published: ['TRAIL resource abuse, rate limiting', 'MAST 1.3'],
  settings: {
    failures: setting.count(
      4,
      'failed attempts on end that make a storm',
      'the first and three retries: client libraries make two or three by themselves',
    ),
    pacedFailures: setting.count(
      6,
      'the same where every retry waited at least `pauseMs`, or half as long again as the one before',
      'back-off spares the service: it may take longer',
    ),
    unseenFailures: setting.count(
      6,
      'the same where arguments were not captured',
      'the calls may have been different ones',
    ),
    multipliedAttempts: setting.count(
      8,
      'attempts at the innermost layer, over at least two failed ones of the outer, that make a storm',
      'two layers of three attempts each make nine',
    ),
    windowMs: setting.milliseconds(
      600_000,
      'two attempts further apart than this are not of one streak',
      'ten minutes: after that a retry is another try',
    ),
    pauseMs: setting.milliseconds(
      1_000,
      'time without any work that counts as a pause',
      'the first delay of usual back-off',
    ),
  },
});

const MOST_STORMS = 16;
const MOST_SPANS = 32;

interface Storm {
  key: string;
  /** A step of it, to find the others by. */
  spanId: string;
  /** Failures when it was last reported, and steps of it since. */
  failures: number;
  since: number;
}

interface State {
  storms: Storm[];
}

export const retryStorm = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  function thresholdOf(streak: Streak): number {
    if (streak.failed[0]?.argumentsDigest === '') return settings.unseenFailures;
    return streak.paced ? settings.pacedFailures : settings.failures;
  }

  /** Judges all attempts of one call; true where the state changed. */
  function judge(sample: Step, run: RunView, state: State, reporter: Reporter): boolean {
    const key = keyOf(sample);
    const storm = state.storms.find((s) => s.key === key);
    // What was reported rests on attempts that are forgotten by now: it stays as it is.
    if (storm && !run.stepOf(storm.spanId)) return false;

    let worst: FindingDraft | undefined;
    let failures = 0;
    for (const streak of streaksOf(sample, run, settings)) {
      const threshold = thresholdOf(streak);
      const inner = innerAttempts(streak.failed, run);
      const stated = Math.max(0, ...streak.failed.map((step) => (step.retryAttempt ?? -1) + 1));
      const count = Math.max(streak.failed.length, stated);
      const multiplied = streak.failed.length >= 2 && inner >= settings.multipliedAttempts && inner > count;
      if ((count < threshold && !multiplied) || count <= failures) continue;
      failures = count;
      const at = streak.failed[Math.min(threshold, streak.failed.length) - 1];
      if (at) worst = draft(key, at, streak, { count, inner, multiplied: count < threshold }, run);
    }

    if (!worst) {
      if (!storm) return false;
      reporter.withdraw(key);
      state.storms.splice(state.storms.indexOf(storm), 1);
      return true;
    }
    if (!storm) {
      if (state.storms.length >= MOST_STORMS) return false;
      state.storms.push({ key, spanId: worst.rootCause.spanId, failures, since: 0 });
      reporter.report(worst);
      return true;
    }
    storm.spanId = worst.rootCause.spanId;
    storm.failures = failures;
    storm.since = 0;
    reporter.report(worst);
    return true;
  }

  return {
    initialState: () => ({ storms: [] }),

    onSpan(step, _span, run, state, reporter) {
      if (!isCall(step) && step.kind !== 'llm') return false;
      const hasFailed = isFailure(step);
      const storm = state.storms.length > 0 ? state.storms.find(({ key }) => key === keyOf(step)) : undefined;
      if (!storm) return hasFailed && judge(step, run, state, reporter);
      // A storm that goes on is told again when it has doubled, when it ends, and with the run.
      storm.since += 1;
      if (!hasFailed || storm.since >= storm.failures) judge(step, run, state, reporter);
      return true;
    },

    onRunEnd(_end, run, state, reporter) {
      let changed = false;
      for (const storm of [...state.storms]) {
        const sample = run.stepOf(storm.spanId);
        if (sample && judge(sample, run, state, reporter)) changed = true;
      }
      return changed;
    },
  };
});

function draft(
  key: string,
  at: Step,
  streak: Streak,
  counted: { count: number; inner: number; multiplied: boolean },
  run: RunView,
): FindingDraft {
  const { failed, succeeded } = streak;
  const first = failed[0] ?? at;
  const last = succeeded ?? failed.at(-1) ?? at;
  const askers = new Map<string, Step>();
  for (const attempt of failed.slice(1)) {
    const asked = run.requesterOf(attempt);
    if (asked && run.startOf(asked) >= run.endOf(first)) askers.set(asked.spanId, asked);
  }
  const sum = (of: (step: Step) => number, steps: Iterable<Step>) => {
    let total = 0;
    for (const step of steps) total += of(step);
    return total;
  };
  const seconds = (run.endOf(last) - run.startOf(first)) / 1_000_000;
  const unseen = at.argumentsDigest === '';
  const attempts = counted.multiplied ? counted.inner : counted.count;
  const words = first.errorMessage || first.outcomeDetail || first.errorType;
  const why = words || 'an error';
  const what = `${AGENT} called ${operationOf(at)} ${times(counted.count)} within ${duration(seconds * 1_000)}`;
  const layered = counted.inner > counted.count ? `, which made ${counted.inner} attempts over all layers` : '';
  return {
    key,
    span: at,
    rootCause: first,
    severity: severityOf(attempts, unseen, succeeded !== undefined),
    confidence: unseen ? 0.6 : 0.95,
    summary: `${what}${layered}; each call failed${words ? ` (${words.slice(0, 120)})` : ''}${succeeded ? ' until one worked' : ''}`,
    evidence: {
      type: counted.multiplied ? 'multiplied_attempts' : 'repeated_failure',
      expected: 'an end of the attempts, or a change of them, after the same failure',
      seen: why,
      numbers: {
        attempts: counted.count + (succeeded ? 1 : 0),
        failures: counted.count,
        innerAttempts: counted.inner,
        seconds,
        callSeconds: sum((step) => step.end - step.start, failed) / 1_000_000,
        inputTokens: sum((step) => step.inputTokens, askers.values()),
        outputTokens: sum((step) => step.outputTokens, askers.values()),
        costUsd: sum((step) => step.costUsd, askers.values()),
      },
      spans: failed.slice(0, MOST_SPANS).map((step) => step.spanId),
    },
  };
}

function severityOf(attempts: number, unseen: boolean, succeeded: boolean): FindingDraft['severity'] {
  if (unseen || (succeeded && attempts < 8)) return 'low';
  return attempts >= 8 && !succeeded ? 'high' : 'medium';
}
