import { MemorySlots, RunJudge, runDetectors } from '@spanwise/detectors';
import type { Finding, Span } from '@spanwise/schemas';

/** A finding as it is known before the run is sent. */
export interface ExpectedFinding {
  readonly pattern: string;
  readonly spanId: string;
}

const judge = new RunJudge({ detectors: runDetectors() });

/** What the detectors find in a run whose spans come in this order and no others come. */
export function expectedFindings(spans: readonly Span[]): ExpectedFinding[] {
  const slots = new MemorySlots();
  const standing = new Map<string, Finding>();
  const take = (findings: readonly Finding[]) => {
    for (const finding of findings) {
      if (finding.withdrawn) standing.delete(finding.findingId);
      else standing.set(finding.findingId, finding);
    }
  };
  // log time counts from 1 here: the detectors know durations of log time at most
  for (const [index, span] of spans.entries()) take(judge.onSpan(slots, span, index + 1).findings);
  const { rootEnded } = judge.lifecycleOf(slots);
  take(judge.onEnd(slots, rootEnded ? 'closed' : 'abandoned', spans.length + 1).findings);
  return [...standing.values()].map(({ pattern, spanId }) => ({ pattern, spanId }));
}
