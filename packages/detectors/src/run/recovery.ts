import type { Severity } from '@spanwise/schemas';
import type { RunDetector } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import { AGENT, times } from '../detector/wording.ts';
import { faultOf, wordsOf } from '../relations/error-nature.ts';
import { isDue } from '../relations/incident-pace.ts';
import { asksUser, furtherSpans, type Incident, incidentsOf } from '../relations/incidents.ts';
import { isOperation } from '../relations/operation.ts';
import type { Reaction } from '../relations/reactions.ts';

const DESCRIPTION = describePattern({
  pattern: 'recovery',
  inShort: 'what was done after an error, and whether it helped',
  claims:
    'Something failed and was retried unchanged, retried with other arguments, done by another tool, replanned, or ' +
    'given up; and what had failed was obtained, or not. An observation, not an accusation: where it did not ' +
    'succeed it is the lasting trouble (`unresolved_error`) that weighs, not the attempt to get out of it.',
  doesNotClaim: [
    'an error that nobody acted on',
    'a part that failed inside an operation that came to a good end without any further attempt',
  ],
  needs: 'the status of spans, or results; arguments tell a retry from another call',
  happened: 'the step that failed',
  began:
    'the deepest span that shows the failure; where the error says that the call was at fault, the inference that ' +
    'asked for it',
  evidence: {
    retried_same:
      'seen: the words of the error; numbers `attempts` (after the first), `succeeded` (0 or 1), `seconds` (from ' +
      'the failure to success or the last attempt); spans: the failure, then what was done about it',
    retried_changed: 'the same, with other arguments',
    other_tool: 'the same, by another tool for the same need',
    replanned: 'the same, by a plan that goes another way',
    gave_up: 'the same; the agent said that it gave up',
  },
  severity: {
    info: 'it succeeded',
    low: 'it did not, or took many attempts',
  },
  published: ['TRAIL service errors (related)'],
  settings: {
    manyAttempts: setting.count(
      5,
      'further attempts from which on a recovery is `low` though it succeeded',
      'client libraries make two or three by themselves',
    ),
  },
});

/** What the agent did, and what came of it. */
function told({ reaction, attempts, success, span }: Incident & { reaction: Reaction }): string {
  if (reaction === 'gave_up') return 'gave up, and said so';
  if (reaction === 'replanned') return 'made another plan';
  const again = attempts.length > 1 ? ` ${times(attempts.length)}` : '';
  const other = (success ?? attempts[0])?.tool;
  const did =
    reaction === 'other_tool'
      ? `used ${other && other !== span.tool ? other : 'another tool'} instead`
      : `tried again${again} ${reaction === 'retried_same' ? 'unchanged' : 'with other arguments'}`;
  return `${did}, ${success ? 'which worked' : 'without success so far'}`;
}

function seconds(incident: Incident, run: RunView): number {
  const last = incident.success ?? incident.attempts.at(-1);
  return last ? Math.max(0, Math.round((run.endOf(last) - run.endOf(incident.span)) / 1e4) / 100) : 0;
}

function spansOf(incident: Incident): string[] {
  const spans = [incident.span.spanId, ...incident.attempts.map((attempt) => attempt.spanId)];
  if (incident.success && !spans.includes(incident.success.spanId)) spans.push(incident.success.spanId);
  if (spans.length === 1) {
    const spoke = incident.outputs.find((output) => output.said === 'trouble' || asksUser(output));
    if (spoke) spans.push(spoke.spanId);
  }
  return spans.slice(0, 32);
}

export const recovery = runPattern(DESCRIPTION, (settings): RunPatternLogic => {
  function severityOf(incident: Incident): Severity {
    return incident.success && incident.attempts.length < settings.manyAttempts ? 'info' : 'low';
  }

  function judge(run: RunView, reporter: Parameters<RunDetector['onSpan']>[4]): boolean {
    for (const incident of incidentsOf(run)) {
      const { span, cause, reaction, attempts } = incident;
      for (const further of furtherSpans(incident)) reporter.withdraw(further.spanId);
      if (!reaction || !isOperation(span)) {
        reporter.withdraw(span.spanId);
        continue;
      }
      const what = span.tool || span.name;
      const asked = faultOf(span) === 'call' ? run.requesterOf(span) : undefined;
      reporter.report({
        key: span.spanId,
        span,
        rootCause: asked ?? cause,
        severity: severityOf(incident),
        confidence: reaction === 'other_tool' || reaction === 'replanned' ? 0.8 : 0.95,
        summary: `${what} failed${wordsOf(span) ? ` (${wordsOf(span)})` : ''}; ${AGENT} ${told({ ...incident, reaction })}`,
        evidence: {
          type: reaction,
          seen: wordsOf(span),
          numbers: { attempts: attempts.length, succeeded: incident.success ? 1 : 0, seconds: seconds(incident, run) },
          spans: spansOf(incident),
        },
      });
    }
    return false;
  }

  return {
    initialState: () => ({}),
    onSpan: (step, _span, run, _state, reporter) => (isDue(step, run) ? judge(run, reporter) : false),
    onRunEnd: (_end, run, _state, reporter) => (run.troubles > 0 ? judge(run, reporter) : false),
  };
});
