import { type FleetDetector, FleetJudge, fleetDetectors, SessionJudge } from '@spanwise/detectors';
import type { SignalKeyKind } from '@spanwise/schemas';
import { DEAD_LETTERS, StateLoad, type Topology } from '@spanwise/stream';
import { CorrelateProcessor } from './correlate-processor.ts';
import { type FleetLifetimes, FleetProcessor } from './fleet-processor.ts';
import type { CorrelateMetrics } from './metrics.ts';
import { type SessionLifetimes, SessionProcessor } from './session-processor.ts';
import { SignalSender, signalKey } from './signals.ts';

export interface CorrelateSettings extends SessionLifetimes, FleetLifetimes {
  /** Topic for signals to other keys. */
  signalsTopic: string;
}

/**
 * signals → sessions, findings, outcomes, calibration, and signals: what is judged at one key is told to others through the topic that it came from.
 *
 * @param detectors default: all there are
 */
export function correlateTopology(
  settings: CorrelateSettings,
  metrics: CorrelateMetrics,
  detectors: readonly FleetDetector[] = fleetDetectors(),
): Topology<'Signal'> {
  const sessionJudge = new SessionJudge();
  const fleetJudge = new FleetJudge(detectors);
  const isJudged = (keyKind: SignalKeyKind) => keyKind === 'session' || fleetJudge.judges(keyKind);
  const sender = new SignalSender(settings.signalsTopic, isJudged);
  return {
    name: 'correlate',
    input: 'signals',
    inputRecord: 'Signal',
    outputs: {
      sessions: 'Session',
      findings: 'Finding',
      incidents: 'Incident',
      outcomes: 'Outcome',
      calibration: 'Calibration',
      [settings.signalsTopic]: 'Signal',
      [DEAD_LETTERS]: 'DeadLetter',
    },
    changelog: 'correlate-changelog',
    stateVersion: 1,
    keyOf: signalKey,
    createProcessor: () => {
      const load = new StateLoad(settings.maxSessions, settings.maxStateBytes);
      return new CorrelateProcessor({
        sessions: new SessionProcessor(sessionJudge, settings, metrics, load, sender),
        fleet: new FleetProcessor(fleetJudge, settings, metrics, load, sender),
        isJudged,
        load,
      });
    },
  };
}
