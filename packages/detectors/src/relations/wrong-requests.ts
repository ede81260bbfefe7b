import type { Severity } from '@spanwise/schemas';
import type { Evidence, Reporter } from '../detector/detector.ts';
import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { AGENT } from '../detector/wording.ts';
import type { OfferedTools } from '../reading/offered-tools.ts';
import type { RequestedCall } from '../reading/requested-calls.ts';
import type { SchemaBreak } from '../reading/schema-check.ts';
import { isCall, isRequested } from './calls.ts';
import { refusedKey } from './refused-calls.ts';

const MOST_LISTED = 24;

/** A call that a model should not have asked for as it did, by what it was offered or by the tool's schema. */
export interface WrongRequest {
  key: string;
  /** Span id of the inference that asked for it. */
  inference: string;
  call: RequestedCall;
  severity: Severity;
  confidence: number;
  summary: string;
  evidence: Evidence;
}

const keyOf = (step: Step, call: RequestedCall, i: number): string => `${step.spanId} ${i} ${call.name}`;

export const unoffered = (step: Step, call: RequestedCall, i: number, offered: OfferedTools): WrongRequest => ({
  key: keyOf(step, call, i),
  inference: step.spanId,
  call,
  severity: 'medium',
  confidence: 0.9,
  summary: `${AGENT} called ${call.name}, a tool that it was not offered`,
  evidence: { type: 'unoffered_tool', expected: offered.names.slice(0, MOST_LISTED), seen: call.name },
});

/** @param breaks at least one */
export function mismatch(step: Step, call: RequestedCall, i: number, breaks: readonly SchemaBreak[]): WrongRequest {
  const first = breaks.find((broken) => !broken.lenient) ?? breaks[0];
  const words = `${first?.path ? `${first.path} ` : ''}${first?.message ?? ''}`;
  const isLenient = breaks.every((broken) => broken.lenient);
  return {
    key: keyOf(step, call, i),
    inference: step.spanId,
    call,
    severity: isLenient ? 'low' : 'medium',
    confidence: isLenient ? 0.8 : 0.95,
    summary: `${AGENT} called ${call.name} with arguments that break its schema: ${words}`,
    evidence: {
      type: 'schema_mismatch',
      expected: breaks.map((broken) => broken.message),
      seen: breaks.map((broken) => broken.path || '/'),
      numbers: { breaks: breaks.length },
    },
  };
}

/** The span of a requested call, where it came before its inference. */
export const callOf = (found: WrongRequest, inference: Step, run: RunView): Step | undefined =>
  run.steps.find(
    (step) => isCall(step) && run.startOf(step) >= run.endOf(inference) - 1_000 && isRequested(step, found.call),
  );

/** Part of a detector's state. */
export interface ReportedRequests {
  /** Span ids of calls that were reported for their offer or schema. */
  refuted: string[];
}

const MOST_REFUTED = 64;

/** Reports at the call's own span if it is there; true where nothing is left to wait for. */
export function reportAt(
  found: WrongRequest,
  call: Step | undefined,
  run: RunView,
  { refuted }: ReportedRequests,
  reporter: Reporter,
): boolean {
  const inference = run.stepOf(found.inference);
  const span = call ?? inference;
  if (!span) return true;
  const { key, severity, summary, evidence } = found;
  // The framework knew a tool that the captured offer does not list: the capture may be what is wrong.
  const isDoubtful = call && !isFailure(call) && evidence.type === 'unoffered_tool';
  const confidence = isDoubtful ? 0.75 : found.confidence;
  reporter.report({ key, span, rootCause: inference ?? span, severity, confidence, summary, evidence });
  if (!call) return false;
  reporter.withdraw(refusedKey(call));
  reporter.withdraw(call.spanId);
  if (refuted.length < MOST_REFUTED && !refuted.includes(call.spanId)) refuted.push(call.spanId);
  return true;
}
