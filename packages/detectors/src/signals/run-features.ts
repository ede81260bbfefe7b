import type { Attribute, Finding, Measure, PointUse, RunFeatures } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { asLong } from '../largest-long.ts';

/** Workflow points of a run that are told; later ones are left out. */
const MAX_POINTS = 48;

/** Levels of a run that are climbed; parents of a hostile one may form a cycle. */
const MOST_LEVELS = 64;

/** Spans that do something: their workflow points are those of the agents' work. */
const WORKING = new Set(['agent', 'llm', 'tool', 'retrieval', 'memory', 'handoff', 'guardrail']);

/** The step at or above a span that is part of an agent's work: a request that failed belongs to the tool that made it. */
function workingAt(run: RunView, spanId: string): Step | undefined {
  let step = run.stepOf(spanId);
  for (let up = 0; step && !WORKING.has(step.kind) && up < MOST_LEVELS; up++) step = run.parentOf(step);
  return step;
}

/**
 * What a run did at each workflow point, by the steps that are remembered.
 *
 * @param standing findings that were not taken back
 * @param rootCauseSpanId where the run first went wrong; empty for none
 */
export function runFeatures(
  run: RunView,
  standing: Iterable<Finding>,
  rootCauseSpanId: string,
  attributes: Attribute[],
  evidence: Measure[],
): RunFeatures {
  const findings = new Map<string, number>();
  for (const { severity, spanId } of standing) {
    if (severity !== 'info') findings.set(spanId, (findings.get(spanId) ?? 0) + 1);
  }
  const cause = workingAt(run, rootCauseSpanId);
  const points = new Map<string, PointUse>();
  for (const step of run.chronological()) {
    if (!WORKING.has(step.kind)) continue;
    const name = run.pointOf(step);
    let point = points.get(name);
    if (!point) {
      if (points.size === MAX_POINTS) continue;
      point = { step: name, calls: 0, failures: 0, findings: 0, isCause: false, durationNs: 0, lastSpanId: '' };
      points.set(name, point);
    }
    point.calls++;
    if (isFailure(step)) point.failures++;
    point.findings += findings.get(step.spanId) ?? 0;
    point.isCause ||= step === cause;
    point.durationNs = asLong(point.durationNs + (step.end - step.start) * 1_000);
    point.lastSpanId = step.spanId;
  }
  return { attributes, points: [...points.values()], evidence };
}
