import { fleetPatternDescriptions, MemorySlots, RunJudge, runDetectors } from '@spanwise/detectors';
import type { Finding, Span } from '@spanwise/schemas';
import { RUN_ABANDON_MS, RUN_QUIET_MS } from '../config.ts';

/** A finding as it is known before the run is sent. */
export interface ExpectedFinding {
  readonly pattern: string;
  readonly spanId: string;
}

const detectors = runDetectors();

/** What these patterns find is about several runs, and names none of them or one. */
export const acrossRuns: readonly string[] = fleetPatternDescriptions.map(({ pattern }) => pattern);

/** What these patterns find depends on the runs before: only an undisturbed system knows it. */
export const learningPatterns: ReadonlySet<string> = new Set([
  ...detectors.filter(({ observe }) => observe !== undefined).map(({ pattern }) => pattern),
  ...acrossRuns,
]);

/** Any log time will do: detectors know durations of it at most. */
const ARRIVAL_MS = 1;

const judge = new RunJudge({ detectors });

export interface ExpectedRun {
  readonly findings: readonly ExpectedFinding[];
  readonly sessionId: string;
}

/** What the detectors that learn nothing find in a run whose spans come in this order and no others come. */
export function expectedRun(spans: readonly Span[]): ExpectedRun {
  const slots = new MemorySlots();
  const standing = new Map<string, Finding>();
  const take = (findings: readonly Finding[]) => {
    for (const finding of findings) {
      if (finding.withdrawn) standing.delete(finding.findingId);
      else standing.set(finding.findingId, finding);
    }
  };
  for (const span of spans) take(judge.onSpan(slots, span, ARRIVAL_MS).findings);
  const { rootEnded } = judge.lifecycleOf(slots);
  const [end, quietMs] = rootEnded ? (['closed', RUN_QUIET_MS] as const) : (['abandoned', RUN_ABANDON_MS] as const);
  const { findings, run } = judge.onEnd(slots, end, ARRIVAL_MS + quietMs);
  if (!run) throw new Error(`the run ${spans[0]?.traceId} does not end`);
  take(findings);
  return {
    sessionId: run.sessionId,
    findings: [...standing.values()]
      .filter(({ pattern }) => !learningPatterns.has(pattern))
      .map(({ pattern, spanId }) => ({ pattern, spanId })),
  };
}
