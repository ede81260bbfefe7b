import type { Attribute, Finding, Run, SignalBody, SignalKeyKind, Span } from '@spanwise/schemas';
import type { RunEnd } from '../detector/detector.ts';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';

/** A fact for those who judge across runs, as its source states it. */
export interface SignalDraft {
  keyKind: SignalKeyKind;
  /** What it must meet; at most 256 characters. */
  key: string;
  /** One kind of fact. */
  body: Partial<SignalBody>;
}

/**
 * Takes out of a run what has to meet facts of other runs. Pure, like a `RunDetector`: `State` is plain JSON, bounded whatever
 * the run does, changed in place; the return value says whether it changed. What is sent is bounded, too: a run that goes on for ever
 * must not flood those who listen.
 */
export interface SignalSource<State = unknown> {
  readonly name: string;
  initialState(): State;
  /** A span was released. `step` is already part of `run.steps`; payloads are only here, on `span`. */
  onSpan(step: Step, span: Span, run: RunView, state: State, send: (signal: SignalDraft) => void): boolean;
  /** What was found with that span, or at the end of the run; revisions of former findings among it. */
  onFindings?(findings: readonly Finding[], run: RunView, state: State, send: (signal: SignalDraft) => void): boolean;
  /** The run ended and was judged. A late span may reopen it: then both come again. */
  onRunEnd(end: RunEnd, judged: Run, run: RunView, state: State, send: (signal: SignalDraft) => void): boolean;
  /** What the run was like, asked when it ended: of each source few, each from a small set of values. Absent: nothing. */
  attributes?(run: RunView, state: State): Attribute[];
}

/** A signal's body in which everything else is null. */
export const signalBody = (kind: Partial<SignalBody>): SignalBody => ({
  run: null,
  features: null,
  session: null,
  path: null,
  finding: null,
  trouble: null,
  pulse: null,
  outcome: null,
  belonging: null,
  labelled: null,
  weights: null,
  facts: null,
  accesses: null,
  waits: null,
  ...kind,
});
