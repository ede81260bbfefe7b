import type { Finding, Run, RunFeatures, SpanRevision } from '@spanwise/schemas';
import type { DetectorFault } from '../detector/fault.ts';
import type { Observation } from '../detector/normals.ts';
import type { Step } from '../detector/step.ts';
import type { SignalDraft } from '../signals/signal-source.ts';

/** What comes of a span of a run, or of its end. */
export interface RunOutput {
  /** The span id was seen before: nothing happened. */
  duplicate: boolean;
  /** The span as the run keeps it; absent for a duplicate and at the end. */
  step?: Step;
  /** Steps that the run can remember no longer. */
  forgotten: readonly Step[];
  findings: Finding[];
  revisions: SpanRevision[];
  /** The run as judged, at its end; absent for a trace without any agentic span. */
  run?: Run;
  /** What the run was like; with `run`. */
  features?: RunFeatures;
  /** What has to meet facts of other runs; `run` and `features` are not among it. */
  signals: readonly SignalDraft[];
  /** What the run shows of what is normal; at its first end, where that was a good one. */
  observations: readonly Observation[];
  /** This span came after the run was judged: its end has to be awaited again. */
  reopened: boolean;
  lifecycle: {
    /** The root ended: a quiet run may be closed. */
    rootEnded: boolean;
    /** Log time of the last new span, milliseconds. */
    quietSince: number;
    /** With this span the run began, was reopened, or its root ended: its end is to be awaited anew. */
    changed: boolean;
  };
  faults: DetectorFault[];
}
