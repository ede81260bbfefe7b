import type { Severity } from '@spanwise/schemas';
import type { RunDetector } from '../detector/detector.ts';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { faultOf, isLookup, wordsOf } from '../relations/error-nature.ts';
import { isDue } from '../relations/incident-pace.ts';
import { acknowledged, furtherSpans, type Incident, incidentsOf } from '../relations/incidents.ts';
import { isOperation } from '../relations/operation.ts';
import { runFailure } from '../relations/run-failure.ts';
import { maskingOf } from './masked-tool-error.ts';

/**
 * `unresolved_error`: a step failed, what had failed was never obtained, and the run came to its end all the same; or ended
 * in that very error. TRAIL: service errors, tool-related, timeout, rate limiting; MAST 3.1 where it stops short.
 *
 * It does not claim that the end was wrong: an agent that tells its user of the failure is `low` or `medium`. It says
 * nothing about a part that failed inside an operation which came to a good end, about spans that are no operation of an
 * agent (unless the run died of them), about `masked_tool_error`, or while the run goes on. It is silent where spans are
 * missing: what had failed may have been obtained unseen. One run does not tell that a step was optional: its failure is found
 * like any other, as `medium` at most where the agent spoke of it.
 *
 * Happened: the operation on which the failure shows to the agent. Began: the deepest span that shows it; where the error
 * says that the call was at fault, the inference that asked for it.
 * Evidence `never_obtained` (the run completed) or `run_failed` (it ended in this error); seen: the words of the error;
 * numbers: attempts (after the first), acknowledged (0 or 1); spans: where else it shows, and the attempts.
 */
export interface UnresolvedErrorSettings {
  /** How surely a result must be an error where the span's status does not say so. Default 0.7. */
  minConfidence: number;
}

const DEFAULTS: UnresolvedErrorSettings = { minConfidence: 0.7 };

/** The run ended in this incident: the span with which it failed as a whole shows it. */
const isFatal = (incident: Incident, failure: Step | undefined): boolean =>
  failure !== undefined &&
  (failure === incident.span || failure === incident.cause || incident.shownBy.includes(failure));

function severityOf(incident: Incident, fatal: boolean): Severity {
  if (fatal) return 'high';
  if (acknowledged(incident)) return faultOf(incident.span) === 'call' ? 'low' : 'medium';
  // A call that broke a rule may have become needless by what was done next, which an answer given at once rules out.
  const wentStraightOn = incident.outputs.length === 0 || incident.outputs[0]?.said === 'answer';
  return faultOf(incident.span) === 'call' && (isLookup(incident.span) || !wentStraightOn) ? 'medium' : 'high';
}

export function unresolvedError(overrides: Partial<UnresolvedErrorSettings> = {}): RunDetector {
  const settings = { ...DEFAULTS, ...overrides };

  function stands(incident: Incident, fatal: boolean, run: RunView): boolean {
    if (incident.success || run.incomplete) return false;
    if (fatal) return true;
    if (!isOperation(incident.span)) return false;
    if (!incident.span.failed && incident.span.outcomeConfidence < settings.minConfidence) return false;
    return !maskingOf(incident, run, true);
  }

  function judge(run: RunView, reporter: Parameters<RunDetector['onSpan']>[4]): boolean {
    const failure = runFailure(run);
    for (const incident of incidentsOf(run)) {
      const { span, cause, attempts } = incident;
      const fatal = isFatal(incident, failure);
      for (const further of furtherSpans(incident)) reporter.withdraw(further.spanId);
      if (!stands(incident, fatal, run)) {
        reporter.withdraw(span.spanId);
        continue;
      }
      const told = acknowledged(incident);
      const seen = wordsOf(span);
      const asked = faultOf(span) === 'call' ? run.requesterOf(span) : undefined;
      const end = fatal
        ? 'and the run ended in it'
        : told
          ? 'which the agent said'
          : 'and the session completed without it';
      reporter.report({
        key: span.spanId,
        span,
        rootCause: asked ?? cause,
        severity: severityOf(incident, fatal),
        confidence: fatal ? 0.98 : incident.outputs.some((output) => output.said !== '') ? 0.9 : 0.75,
        summary: `${span.tool || span.name} failed${seen ? ` (${seen})` : ''}${
          attempts.length > 0 ? `, ${attempts.length} further attempts too` : ''
        }, ${end}`,
        evidence: {
          type: fatal ? 'run_failed' : 'never_obtained',
          expected: 'a result of the failed operation, or of another in its place',
          seen,
          numbers: { attempts: attempts.length, acknowledged: told ? 1 : 0 },
          spans: [span, ...attempts, ...incident.shownBy].slice(0, 32).map((step) => step.spanId),
        },
      });
    }
    return false;
  }

  /** The run came to its end with this step, or had before. */
  const hasEnded = (run: RunView): boolean => run.root !== undefined;

  return {
    pattern: 'unresolved_error',
    initialState: () => ({}),
    onSpan: (step, _span, run, _state, reporter) => (isDue(step, run) && hasEnded(run) ? judge(run, reporter) : false),
    onRunEnd: (_end, run, _state, reporter) => (run.troubles > 0 ? judge(run, reporter) : false),
  };
}
