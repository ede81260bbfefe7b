import { type RunDetector, RunJudge, runDetectors, signalSources } from '@spanwise/detectors';
import { DEAD_LETTERS, type Topology } from '@spanwise/stream';
import type { DetectMetrics } from './metrics.ts';
import { overlongKey } from './overlong-name.ts';
import { type RunLifetimes, RunProcessor, runKey } from './run-processor.ts';

export interface DetectSettings extends RunLifetimes {
  /** Log time in ms for which spans are held to be judged in the order of their end. */
  reorderDelayMs: number;
}

/**
 * spans → findings, span-revisions, runs, step-stats, signals.
 *
 * @param detectors those there are now, asked after every commit: another list than before takes their place
 */
export function detectTopology(
  settings: DetectSettings,
  metrics: DetectMetrics,
  detectors: readonly RunDetector[] | (() => readonly RunDetector[]) = runDetectors(),
): Topology<'Span'> {
  const judges = judgesOf(typeof detectors === 'function' ? detectors : () => detectors);
  return {
    name: 'detect',
    input: 'spans',
    inputRecord: 'Span',
    outputs: {
      findings: 'Finding',
      'span-revisions': 'SpanRevision',
      runs: 'Run',
      'step-stats': 'StepStats',
      signals: 'Signal',
      // a detector that throws: the other detectors go on with the span
      [DEAD_LETTERS]: 'DeadLetter',
    },
    changelog: 'detect-changelog',
    stateVersion: 1,
    keyOf: runKey,
    reorder: {
      delayMs: settings.reorderDelayMs,
      groupOf: (span) => {
        const overlong = overlongKey(span);
        if (overlong) throw new RangeError(overlong);
        return runKey(span);
      },
      endTimeOf: (span) => span.startTime + span.durationNs / 1000,
      idOf: (span) => span.spanId,
    },
    createProcessor: () => new RunProcessor(judges, settings, metrics),
  };
}

/** One judge for all partitions while the detectors are the same. */
function judgesOf(detectorsNow: () => readonly RunDetector[]): () => RunJudge {
  let detectors = detectorsNow();
  let judge = new RunJudge({ detectors, sources: signalSources() });
  return () => {
    const now = detectorsNow();
    if (now !== detectors) {
      detectors = now;
      judge = new RunJudge({ detectors, sources: signalSources() });
    }
    return judge;
  };
}
