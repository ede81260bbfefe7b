import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import type { RequestedCall } from '../reading/requested-calls.ts';

/** A tool call or what counts as one: an operation with arguments and a result. */
export const isCall = (step: Step): boolean =>
  step.kind === 'tool' || step.kind === 'retrieval' || step.kind === 'memory';

/** What an agent does: calls and handoffs. */
export const isAct = (step: Step): boolean => isCall(step) || step.kind === 'handoff';

/** The step is the call that was requested: by its id, else by tool and arguments. */
export const isRequested = (step: Step, call: RequestedCall): boolean =>
  step.toolCallId !== '' && call.id !== ''
    ? step.toolCallId === call.id
    : step.tool === call.name && (step.requestKey === '' || step.requestKey === call.argumentsDigest);

const ENDED_WITH_CALLS = /tool|function/i;

/**
 * The inference by which a model chose this call. Undefined for what code calls: an inference that shows what it asked for has
 * not asked for it, or one that shows nothing did not end in calls.
 */
export function chooserOf(call: Step, run: RunView): Step | undefined {
  const asked = run.requesterOf(call);
  if (!asked) return undefined;
  if (asked.requestedCalls.length === 0) return ENDED_WITH_CALLS.test(asked.finishReason) ? asked : undefined;
  return asked.requestedCalls.some((requested) => isRequested(call, requested)) ? asked : undefined;
}

/** The same operation with the same, captured arguments. */
export const sameCall = (a: Step, b: Step): boolean =>
  a.argumentsDigest !== '' && a.argumentsDigest === b.argumentsDigest && a.tool === b.tool;

/**
 * A call that stands for itself. A span that wraps its own repetition (two instrumentations of one call, or a layer that
 * retries) is counted by what it wraps, so that an attempt is counted once.
 */
export function isInnermost(step: Step, run: RunView): boolean {
  for (const child of run.childrenOf(step.spanId)) {
    if (child.kind === step.kind && (sameCall(child, step) || child.argumentsDigest === '')) return false;
  }
  return true;
}

/** Orders steps by start, by the run's one clock (ties: end, span id). */
export const byStartIn =
  (run: RunView) =>
  (a: Step, b: Step): number =>
    run.startOf(a) - run.startOf(b) || run.endOf(a) - run.endOf(b) || (a.spanId < b.spanId ? -1 : 1);

/**
 * Time, in milliseconds, in which nothing was done between a call and its next attempt: neither the call ran nor the model
 * that asked for the next one.
 */
export function idleBefore(previous: Step, next: Step, run: RunView): number {
  const [from, to] = [run.endOf(previous), run.startOf(next)];
  const asked = run.requesterOf(next);
  const thinking = asked && run.startOf(asked) >= from && run.endOf(asked) <= to ? asked.end - asked.start : 0;
  return Math.max(0, to - from - thinking) / 1_000;
}

/** An inference that wraps one which was recorded too: what it shows, the inner one has shown. */
export const wrapsInference = (step: Step, run: RunView): boolean =>
  run.childrenOf(step.spanId).some((child) => child.kind === 'llm');
