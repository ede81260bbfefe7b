import { MemorySlots, type RunJudge } from '@spanwise/detectors';
import type { Finding } from '@spanwise/schemas';
import type { SimulatedRun } from '../run.ts';
import { releasedSpans } from './delivery.ts';
import type { JudgedRun } from './score.ts';

/** Quiet times after which a run is closed, and given up where its root never came: the defaults of `detect`. */
const [CLOSED_AFTER_MS, ABANDONED_AFTER_MS] = [60_000, 1_800_000];

/** Judges simulated runs one after the other, each as it would arrive, to its end. */
export function* judgedRuns(runs: Iterable<SimulatedRun>, judge: RunJudge): Generator<JudgedRun> {
  for (const run of runs) {
    const slots = new MemorySlots();
    const standing = new Map<string, Finding>();
    const take = (findings: readonly Finding[]) => {
      for (const finding of findings) {
        if (finding.withdrawn) standing.delete(finding.findingId);
        else standing.set(finding.findingId, finding);
      }
    };
    let lastMs = 0;
    for (const { span, atMs } of releasedSpans(run)) {
      take(judge.onSpan(slots, span, atMs).findings);
      lastMs = atMs;
    }
    const { rootEnded } = judge.lifecycleOf(slots);
    const quietMs = rootEnded ? CLOSED_AFTER_MS : ABANDONED_AFTER_MS;
    take(judge.onEnd(slots, rootEnded ? 'closed' : 'abandoned', lastMs + quietMs).findings);
    yield { truths: run.truths, findings: [...standing.values()] };
  }
}
