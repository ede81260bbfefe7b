import { RunJudge, runDetectors } from '@spanwise/detectors';
import type { Topology } from '@spanwise/stream';
import type { DetectMetrics } from './metrics.ts';
import { type RunLifetimes, RunProcessor, runKey } from './run-processor.ts';

export interface DetectSettings extends RunLifetimes {
  /** Log time in ms for which spans are held to be judged in the order of their end. */
  reorderDelayMs: number;
}

/** spans → findings, span-revisions, runs, step-stats, signals. */
export function detectTopology(settings: DetectSettings, metrics: DetectMetrics): Topology<'Span'> {
  const judge = new RunJudge({ detectors: runDetectors() });
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
    },
    changelog: 'detect-changelog',
    stateVersion: 1,
    keyOf: runKey,
    reorder: {
      delayMs: settings.reorderDelayMs,
      groupOf: runKey,
      endTimeOf: (span) => span.startTime + span.durationNs / 1000,
      idOf: (span) => span.spanId,
    },
    createProcessor: () => new RunProcessor(judge, settings, metrics),
  };
}
