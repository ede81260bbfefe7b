import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { mostFrequent, type Tally } from './tally.ts';

const MOST_DEPTH = 64;

/**
 * The step itself or the nearest above it that says its agent, or its release. A framework's node around an agent is a span
 * of the same name and kind that leaves both to the span inside: what that one says holds for the node.
 */
export function nearestNamed(step: Step, has: 'agent' | 'release', run: RunView): Step | undefined {
  let at: Step | undefined = step;
  for (let depth = 0; at && depth < MOST_DEPTH; depth++) {
    if (at[has] !== '') return at;
    const { name, kind } = at;
    const inside: Step | undefined =
      kind === 'agent'
        ? run.childrenOf(at.spanId).find((child) => child.kind === kind && child.name === name && child[has] !== '')
        : undefined;
    if (inside) return inside;
    at = run.parentOf(at);
  }
  return undefined;
}

/** The first named agent below a nameless root: a graph's or a workflow's entry. */
function firstNamedBelow(root: Step, run: RunView): string {
  let level: readonly Step[] = run.childrenOf(root.spanId);
  for (let depth = 0; level.length > 0 && depth < 8; depth++) {
    let first: Step | undefined;
    for (const step of level) {
      if (step.agent !== '' && (!first || run.startOf(step) < run.startOf(first))) first = step;
    }
    if (first) return first.agent;
    level = level.flatMap((step) => run.childrenOf(step.spanId));
  }
  return '';
}

/**
 * The agent that a run is of: its root's; of a nameless root the first below it, by depth, then time; the most frequent
 * before a root came.
 *
 * @param agents names with the number of spans that carry them
 */
export function agentOfRun(run: RunView, agents: Tally): string {
  const { root } = run;
  return root?.agent || (root && firstNamedBelow(root, run)) || mostFrequent(agents);
}
