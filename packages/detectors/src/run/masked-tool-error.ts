import type { RunDetector } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { AGENT } from '../detector/wording.ts';
import { faultOf, isLookup } from '../relations/error-nature.ts';
import { isHeldAlready } from '../relations/held-already.ts';
import { isDue } from '../relations/incident-pace.ts';
import { acknowledged, asksUser, furtherSpans, type Incident, incidentsOf } from '../relations/incidents.ts';
import { runFailure } from '../relations/run-failure.ts';

const DESCRIPTION = describePattern({
  pattern: 'masked_tool_error',
  inShort: 'a tool returned an error with status OK, and the agent took it for an answer',
  claims:
    "A tool's span is fine, its result is an error, and the session goes on as if it were an answer: the model's " +
    'next words to the user are an answer that speaks of no trouble, or the run completes without any reaction. An ' +
    'error result is one that says so: `isError`, `ok: false`, `success: false`, an `error` object, an HTTP status ' +
    'from 400 on, an exception as the whole text.',
  doesNotClaim: [
    'an error that somebody reacted to: a retry, another tool for the same need, words about the failure, a ' +
      'question to the user; what then stays without success is `unresolved_error`',
    "a failure that the span's own status admits: it is not masked, and may be `unresolved_error`",
    'an error that says that what the call was to bring about holds already: `already cancelled` of `cancel_order`',
    'an empty list, or a text *about* errors; tools whose subject is errors (log search, linters) are treated ' +
      'with care',
  ],
  needs: 'results of tools; messages of inferences make it surer that nobody reacted',
  happened: 'the tool’s span',
  began: 'the same; where the error says that the call was at fault, the inference that asked for it',
  evidence: {
    error_in_result:
      'expected: what a reaction would have been; seen: the words of the error; number `confidence` that the result ' +
      'is an error; spans: the tool, then the step that went on',
  },
  severity: {
    medium: 'a lookup, when it is less sure that nobody reacted',
    high: 'otherwise',
  },
  published: ['TRAIL tool-output misinterpretation', 'MAST 2.6'],
  settings: {
    minConfidence: setting.share(
      0.7,
      'how surely a result must be an error',
      'words that only may be an error lie below it, forms that say so above',
    ),
  },
});

/** How the session went on as if an error were an answer. */
interface Masking {
  wentOn: Step | undefined;
  /** How surely nobody reacted. */
  confidence: number;
}

/** Whether an incident is a masked error as far as the run goes. Nothing is masked that its span's status admits. */
export function maskingOf(incident: Incident, run: RunView, ended: boolean): Masking | undefined {
  const { span, outputs } = incident;
  if (span.failed || span.outcome !== 'error' || span.kind === 'llm' || span.kind === 'agent') return undefined;
  if (incident.attempts.length > 0 || incident.success || acknowledged(incident)) return undefined;
  if (isHeldAlready(incident)) return undefined;
  const first = outputs[0];
  const askedAgain = outputs.some((output) => output.requestedCalls.some((call) => call.name === span.tool));
  if (askedAgain && !ended) return undefined;
  const answer = outputs.find((output) => output.said === 'answer' && output.requestedCalls.length === 0);
  if (answer) {
    // Between the error and the answer other things were done: they may have made it irrelevant.
    const directly = answer === first;
    if (!directly && isLookup(span) && faultOf(span) === 'call') return undefined;
    return { wentOn: answer, confidence: directly ? 0.97 : 0.85 };
  }
  if (!ended || run.incomplete || !run.root || runFailure(run)) return undefined;
  if (outputs.some(asksUser)) return undefined;
  // Nothing was said that is seen: the texts were not captured, or no model had a part in it.
  if (isLookup(span) && faultOf(span) === 'call' && outputs.length > 1) return undefined;
  if (run.root.said === 'trouble') return undefined;
  return { wentOn: outputs.at(-1) ?? run.root, confidence: run.root.said === 'answer' ? 0.85 : 0.7 };
}

export const maskedToolError = runPattern(DESCRIPTION, (settings): RunPatternLogic => {
  function judge(run: RunView, ended: boolean, reporter: Parameters<RunDetector['onSpan']>[4]): boolean {
    for (const incident of incidentsOf(run)) {
      const { span, cause } = incident;
      for (const further of furtherSpans(incident)) reporter.withdraw(further.spanId);
      const masking = span.outcomeConfidence < settings.minConfidence ? undefined : maskingOf(incident, run, ended);
      if (!masking) {
        reporter.withdraw(span.spanId);
        continue;
      }
      const asked = faultOf(span) === 'call' ? run.requesterOf(span) : undefined;
      const what = span.tool || span.name;
      reporter.report({
        key: span.spanId,
        span,
        rootCause: asked ?? cause,
        severity: isLookup(span) && masking.confidence < 0.9 ? 'medium' : 'high',
        confidence: Math.round(span.outcomeConfidence * masking.confidence * 100) / 100,
        summary: `${AGENT} went on as if ${what} had worked: its span says OK, its result says "${span.outcomeDetail}"`,
        evidence: {
          type: 'error_in_result',
          expected: 'a retry, another way, or word of the failure',
          seen: span.outcomeDetail,
          numbers: { confidence: span.outcomeConfidence },
          spans: masking.wentOn ? [span.spanId, masking.wentOn.spanId] : [span.spanId],
        },
      });
    }
    return false;
  }

  return {
    initialState: () => ({}),
    onSpan: (step, _span, run, _state, reporter) =>
      isDue(step, run) ? judge(run, step === run.root, reporter) : false,
    onRunEnd: (end, run, _state, reporter) => (run.troubles > 0 ? judge(run, end === 'closed', reporter) : false),
  };
});
