import type { Calibration, Incident, Severity, SignalBody, SignalKeyKind } from '@spanwise/schemas';
import type { Evidence } from '../detector/detector.ts';
import type { SignalDraft } from '../signals/signal-source.ts';
import type { Slots } from '../slots.ts';

/** Where in the fleet something was found; what is left out is unknown, or does not apply. */
export interface FleetPlace {
  traceId: string;
  spanId: string;
  rootCauseTraceId: string;
  rootCauseSpanId: string;
  sessionId: string;
  agent: string;
  release: string;
  environment: string;
  workflow: string;
  tool: string;
  /** agent/kind/tool: the workflow point */
  step: string;
}

/** A finding as a detector across runs states it. Reporting the same pattern and `key` again revises it; nothing is emitted when nothing changed. */
export interface FleetFindingDraft {
  pattern: string;
  /** Identity within what the detector is keyed by: a function of the signals alone. */
  key: string;
  /** `run`, `session`: it is about one, which `at` names, whose verdict it weighs in; `fleet`: it is not. */
  scope: 'run' | 'session' | 'fleet';
  at: Partial<FleetPlace>;
  severity: Severity;
  /** 0 to 1. */
  confidence: number;
  /** One sentence for a person. */
  summary: string;
  evidence: Evidence;
  /** Microseconds: when it happened, in event time. */
  eventTime: number;
  /** Microseconds: receivedTime of the span that decided it. */
  receivedTime: number;
  /** Finding that it only follows from (default: none). */
  supersededBy?: string;
}

/** What a detector across runs may use, at one key. */
export interface FleetContext {
  readonly tenant: string;
  /** What the signals are keyed by: an agent, an entity, … */
  readonly key: string;
  /** Log time, ms. */
  readonly now: number;
  /** The detector's own state at this key. Slots are what is written when they change: what changes apart belongs in slots apart. */
  readonly slots: Slots;
  report(finding: FleetFindingDraft): void;
  /** Takes back what was reported under this pattern and key; nothing happens when nothing was. */
  withdraw(pattern: string, key: string): void;
  /** Tells of an incident, or of what became of it. */
  tell(incident: Incident): void;
  /** Tells those who judge by another key. */
  send(signal: SignalDraft): void;
  /** Says how well verdicts agree with outcomes. */
  publish(calibration: Calibration): void;
  /** Calls `onWake` when log time reaches `atMs`; the detector has one such time for each key. */
  wakeAt(atMs: number): void;
}

/**
 * A failure pattern, or several that rest on the same state, across the runs of one key. Pure: the same signals in the same order, the
 * same findings. State lies in `context.slots`, is plain JSON, and bounded whatever the signals say.
 */
export interface FleetDetector {
  /** First part of the names of its slots; lower case with underscores. */
  readonly name: string;
  readonly keyKind: SignalKeyKind;
  onSignal(body: SignalBody, context: FleetContext): void;
  onWake?(context: FleetContext): void;
}
