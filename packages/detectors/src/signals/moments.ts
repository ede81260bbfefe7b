import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';

/** More than this is not kept back. */
const MOST_KEPT = 64;

/** The conversation is known by a name of its own: what is told of it finds it. */
export const isSessionKnown = (run: RunView): boolean => run.sessionId !== run.traceId;

/** A good moment to tell what has been collected in a run that goes on: an agent is done, or hands over. */
export const isMoment = (step: Step, run: RunView, collected: number): boolean =>
  collected >= MOST_KEPT ||
  (collected > 0 && isSessionKnown(run) && (step.kind === 'agent' || step.kind === 'handoff' || step.handoffTo !== ''));

/** Where facts of a run belong. */
export const whereOf = (run: RunView, release: string) => ({
  traceId: run.traceId,
  sessionId: run.sessionId,
  release,
  environment: run.environment,
  workflow: run.workflow,
});
