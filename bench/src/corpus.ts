import { encodeTracesProtobuf } from '@spanwise/otlp';
import { generateRuns, resourceSpansOf, type SimulatedRun } from '@spanwise/simulate';
import { type RequestTemplate, templateOf } from './load.ts';

const RUNS = 1_000;
/** Runs of one request, whole: about a hundred spans. A run that is spread over requests could not be renewed. */
const RUNS_PER_REQUEST = 8;

/** Requests of simulated agents: all conventions, some faults; every run whole within one request. */
export function makeTemplates(): RequestTemplate[] {
  const runs = [...generateRuns({ seed: 1, count: RUNS, faultShare: 0.1 })].filter(isComplete);
  const templates: RequestTemplate[] = [];
  for (let at = 0; at < runs.length; at += RUNS_PER_REQUEST)
    templates.push(templateOfRuns(runs.slice(at, at + RUNS_PER_REQUEST)));
  return templates;
}

/** An abandoned run ends long after the last span: it would measure waiting. */
const isComplete = (run: SimulatedRun): boolean => run.spans.some(({ span }) => span.spanId === run.rootSpanId);

function templateOfRuns(runs: readonly SimulatedRun[]): RequestTemplate {
  const spans = runs.flatMap((run) => run.spans);
  const traceIds = new Set(runs.map((run) => run.traceId));
  const sessionIds = new Set(runs.map((run) => run.sessionId));
  return templateOf(encodeTracesProtobuf(resourceSpansOf(spans)), {
    spans: spans.length,
    sessions: sessionIds.size,
    traceIds,
    conversationIds: [...sessionIds].filter((id) => !traceIds.has(id)),
  });
}
