import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';

/** Failures that are followed at a time: the latest. */
const MOST_INCIDENTS = 64;
/** Of one call that fails over and over: the first and the latest. */
const FIRST_OF_A_KIND = 24;
const LATEST_OF_A_KIND = 4;

const mayFail = (step: Step): boolean => step.kind !== 'evaluator' && step.kind !== 'guardrail';

/** In order of end, but what encloses another after it, though clocks may have it end a little earlier. */
function childrenFirst(failing: readonly Step[], run: RunView): Step[] {
  const order = new Map(failing.map((step) => [step, run.endOf(step)]));
  const sorted = [...failing].sort(
    (a, b) => run.endOf(a) - run.endOf(b) || run.startOf(b) - run.startOf(a) || (a.spanId < b.spanId ? -1 : 1),
  );
  for (const step of sorted) {
    let least = order.get(step) ?? 0;
    let at = run.parentOf(step);
    for (let depth = 0; at && depth < 64; depth++) {
      const own = order.get(at);
      if (own !== undefined) {
        least = Math.max(own, least + 1);
        order.set(at, least);
      }
      at = run.parentOf(at);
    }
  }
  return sorted.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
}

/**
 * The failures to follow: of a call that failed over and over the first and the latest, so that a storm neither crowds out
 * its own beginning, on which its identity rests, nor anything else.
 */
function followed(failing: readonly Step[]): Step[] {
  if (failing.length <= FIRST_OF_A_KIND + LATEST_OF_A_KIND) return [...failing];
  const kinds = new Map<string, Step[]>();
  for (const step of failing) {
    const kind = `${step.kind}\n${step.tool}\n${step.name}\n${step.argumentsDigest}`;
    const alike = kinds.get(kind);
    if (alike) alike.push(step);
    else kinds.set(kind, [step]);
  }
  const left = new Set(failing);
  for (const alike of kinds.values()) {
    for (const step of alike.slice(FIRST_OF_A_KIND, -LATEST_OF_A_KIND)) left.delete(step);
  }
  return [...left].slice(-MOST_INCIDENTS);
}

/** The failures of a run that are followed, in order of end, what encloses another after it. */
export function failuresIn(run: RunView): Step[] {
  const failing = run.steps.filter((step) => isFailure(step) && mayFail(step));
  return childrenFirst(followed(failing), run);
}
