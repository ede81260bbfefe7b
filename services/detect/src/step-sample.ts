import type { RunView, Step } from '@spanwise/detectors';
import type { Span } from '@spanwise/schemas';

/** What one ended span adds to the statistics of its step. */
export interface StepSample {
  tenant: string;
  agent: string;
  kind: string;
  tool: string;
  model: string;
  release: string;
  environment: string;
  /** End of the span, microseconds. */
  end: number;
  durationNs: number;
  failed: boolean;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
}

export function sampleOfSpan(span: Span): StepSample {
  return {
    tenant: span.tenant,
    agent: span.agent,
    kind: span.kind,
    tool: span.tool,
    model: span.model,
    release: span.release,
    environment: span.environment,
    end: span.startTime + Math.round(span.durationNs / 1000),
    durationNs: span.durationNs,
    failed: span.failed,
    inputTokens: span.inputTokens ?? 0,
    outputTokens: span.outputTokens ?? 0,
    costUsd: span.costUsd ?? 0,
  };
}

/** Of a step that named no agent itself: the run's other spans tell. */
export function sampleOfStep(step: Step, run: RunView): StepSample {
  return {
    tenant: run.tenant,
    agent: run.agentOf(step),
    kind: step.kind,
    tool: step.tool,
    model: step.model,
    release: run.releaseOf(step),
    environment: run.environment,
    end: step.end,
    durationNs: (step.end - step.start) * 1000,
    failed: step.failed,
    inputTokens: step.inputTokens,
    outputTokens: step.outputTokens,
    costUsd: step.costUsd,
  };
}
