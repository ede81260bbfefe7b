import type { Severity, Span } from '@spanwise/schemas';
import type { Observation } from './normals.ts';
import type { RunView } from './run-view.ts';
import type { Step } from './step.ts';

/** Typed evidence of a finding, JSON. `type` names its form and is documented in the pattern's file. */
export interface Evidence {
  type: string;
  expected?: unknown;
  seen?: unknown;
  numbers?: Record<string, number>;
  /** Spans that belong to it, at most 32. */
  spans?: string[];
}

/** A finding as a detector states it. Reporting the same `key` again revises it; nothing is emitted when nothing changed. */
export interface FindingDraft {
  /** Identity within run and pattern: a function of the spans alone, mostly the span id where it happened. */
  key: string;
  /** The span where it happened. */
  span: Step;
  /** The span where it began. */
  rootCause: Step;
  severity: Severity;
  /** 0 to 1. */
  confidence: number;
  /** One sentence for a person; `AGENT` stands in it for the agent of `span`. */
  summary: string;
  evidence: Evidence;
}

export interface Reporter {
  report(finding: FindingDraft): void;
  /** Takes back what was reported under this key; nothing happens when nothing was. */
  withdraw(key: string): void;
}

export type RunEnd =
  /** quiet with its root ended */
  | 'closed'
  /** quiet for the inactivity gap without its root */
  | 'abandoned';

/**
 * A failure pattern within one run. Pure: same steps in the same order, same findings. `State` is plain JSON, bounded
 * whatever the run does, changed in place; return value says whether it changed (only then it is written).
 */
export interface RunDetector<State = unknown> {
  readonly pattern: string;
  /** State of a run that this detector has seen nothing of. */
  initialState(): State;
  /** A span was released. `step` is already part of `run.steps`; payloads are only here, on `span`. */
  onSpan(step: Step, span: Span, run: RunView, state: State, reporter: Reporter): boolean;
  /** The run ended. A late span may reopen it: then `onSpan` and `onRunEnd` come again. */
  onRunEnd(end: RunEnd, run: RunView, state: State, reporter: Reporter): boolean;
  /** The run had what this pattern judges, and too little of it was captured to judge: its coverage says so. Absent: never. */
  isBlind?(run: RunView, state: State): boolean;
  /** What the run, which ended well, shows of what is normal. Absent: nothing. */
  observe?(run: RunView, state: State): Observation[];
}
