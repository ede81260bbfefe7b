import { SessionJudge } from '@spanwise/detectors';
import type { Topology } from '@spanwise/stream';
import type { CorrelateMetrics } from './metrics.ts';
import { type SessionLifetimes, SessionProcessor, sessionKey } from './session-processor.ts';

/** signals → sessions. */
export function correlateTopology(lifetimes: SessionLifetimes, metrics: CorrelateMetrics): Topology<'Signal'> {
  const judge = new SessionJudge();
  return {
    name: 'correlate',
    input: 'signals',
    inputRecord: 'Signal',
    outputs: { sessions: 'Session' },
    changelog: 'correlate-changelog',
    stateVersion: 1,
    keyOf: sessionKey,
    createProcessor: () => new SessionProcessor(judge, lifetimes, metrics),
  };
}
