import type { Reporter } from '../detector/detector.ts';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { AGENT } from '../detector/wording.ts';
import { refusalOf } from '../reading/refusals.ts';

/** Key of the finding that a framework refused this call. */
export const refusedKey = (step: Step): string => `${step.spanId} refused`;

/** As what a framework refused the call that failed; undefined where it did not. */
export const refusalIn = (call: Step) => refusalOf(call.errorType, call.errorMessage || call.outcomeDetail);

/** A framework refuses a call in words of its own. */
export function judgeRefusal(step: Step, run: RunView, reporter: Reporter): void {
  const words = step.errorMessage || step.outcomeDetail;
  const refused = refusalIn(step);
  if (!refused) return;
  const asked = run.requesterOf(step);
  const tool = step.tool || step.name;
  reporter.report({
    key: refusedKey(step),
    span: step,
    rootCause: asked ?? step,
    severity: 'medium',
    confidence: 0.85,
    summary:
      refused === 'unoffered_tool'
        ? `${AGENT} called ${tool}, and there is no such tool (${words.slice(0, 120)})`
        : `${AGENT} called ${tool} with arguments that were refused (${words.slice(0, 120)})`,
    evidence: { type: refused, seen: words },
  });
}
