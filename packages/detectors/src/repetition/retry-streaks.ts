import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { idleBefore, isInnermost, sameCall } from '../relations/calls.ts';

/** Failures of one call on end. */
export interface Streak {
  failed: Step[];
  /** The success that ended it. */
  succeeded: Step | undefined;
  /** Every retry waited. */
  paced: boolean;
}

/** Milliseconds above which a wait that grows by half each time is a back-off. */
const LEAST_BACK_OFF_MS = 100;

/** What was attempted, in a word. */
export const operationOf = (step: Step): string => step.tool || step.name;

/** The identity of a call within its run. */
export const keyOf = (step: Step): string =>
  step.argumentsDigest === '' ? `${step.kind} ${operationOf(step)}` : `${step.tool} ${step.argumentsDigest}`;

function sameOperation(a: Step, b: Step): boolean {
  if (a.argumentsDigest !== '') return sameCall(a, b);
  return b.argumentsDigest === '' && a.kind === b.kind && operationOf(a) === operationOf(b);
}

/** The attempts of one call in order, cut into streaks of failures by success, distance and, unseen, by other errors. */
export function streaksOf(sample: Step, run: RunView, settings: { windowMs: number; pauseMs: number }): Streak[] {
  const attempts = run.chronological().filter((step) => sameOperation(sample, step) && isInnermost(step, run));
  const streaks: Streak[] = [];
  let open: Streak = { failed: [], succeeded: undefined, paced: true };
  let pause = 0;
  const close = () => {
    if (open.failed.length > 0) streaks.push(open);
    open = { failed: [], succeeded: undefined, paced: true };
    pause = 0;
  };
  for (const attempt of attempts) {
    const previous = open.failed.at(-1);
    if (previous && run.startOf(attempt) - run.endOf(previous) > settings.windowMs * 1_000) close();
    if (!isFailure(attempt)) {
      open.succeeded = attempt;
      close();
      continue;
    }
    const before = open.failed.at(-1);
    if (before) {
      if (run.startOf(attempt) < run.endOf(before)) continue;
      if (attempt.argumentsDigest === '' && !sameError(attempt, before)) close();
      else {
        const idle = idleBefore(before, attempt, run);
        if (idle < settings.pauseMs && (idle < LEAST_BACK_OFF_MS || idle < 1.5 * pause)) open.paced = false;
        pause = idle;
      }
    }
    open.failed.push(attempt);
  }
  close();
  return streaks;
}

const sameError = (a: Step, b: Step): boolean => a.errorType === b.errorType && a.errorMessage === b.errorMessage;

/** Attempts at the innermost layer: where a child of the same name failed or states a retry, its repetitions count. */
export function innerAttempts(attempts: readonly Step[], run: RunView): number {
  let sum = 0;
  for (const attempt of attempts) sum += attemptsWithin(attempt, run, 3);
  return sum;
}

function attemptsWithin(step: Step, run: RunView, depth: number): number {
  const children = depth > 0 ? run.childrenOf(step.spanId) : [];
  const layers = new Map<string, { attempts: number; retried: boolean; stated: number }>();
  for (const child of children) {
    const name = `${child.kind} ${child.name}`;
    const layer = layers.get(name) ?? { attempts: 0, retried: false, stated: 0 };
    layer.attempts += attemptsWithin(child, run, depth - 1);
    layer.retried ||= isFailure(child) || (child.retryAttempt ?? 0) > 0;
    layer.stated = Math.max(layer.stated, (child.retryAttempt ?? -1) + 1);
    layers.set(name, layer);
  }
  let most = 1;
  for (const layer of layers.values()) if (layer.retried) most = Math.max(most, layer.attempts, layer.stated);
  return most;
}
