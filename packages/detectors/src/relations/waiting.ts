import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';

/** A step that says what it waits for. */
export interface Wait {
  spanId: string;
  /** Agent keys. */
  for: string[];
}

interface Edge {
  step: Step;
  agent: string;
  for: readonly string[];
}

/**
 * Cycles of agents that wait for each other at one time: every wait overlaps with all others of the cycle. Each is told
 * once, from the wait that closed it (the one that began last).
 *
 * @param agentOf agent key of a step
 */
export function waitingCycles(waits: readonly Wait[], run: RunView, agentOf: (step: Step) => string): Step[][] {
  const edges: Edge[] = [];
  for (const wait of waits) {
    const step = run.stepOf(wait.spanId);
    if (step) edges.push({ step, agent: agentOf(step), for: wait.for });
  }
  const cycles: Step[][] = [];
  for (const closing of edges) {
    const path = pathBack(closing, closing.agent, [closing], edges, run);
    if (path) cycles.push(path.map((edge) => edge.step));
  }
  return cycles;
}

const MOST_AGENTS = 8;

/** Edges from the last of `path` back to `home`, all open when the first of them began. */
function pathBack(at: Edge, home: string, path: Edge[], edges: readonly Edge[], run: RunView): Edge[] | undefined {
  const [closing] = path;
  if (!closing) return undefined;
  const began = run.startOf(closing.step);
  if (path.length > 1 && at.for.includes(home)) return path;
  if (path.length >= MOST_AGENTS) return undefined;
  for (const next of edges) {
    if (!at.for.includes(next.agent) || path.some((edge) => edge.agent === next.agent)) continue;
    const start = run.startOf(next.step);
    const isOpen =
      start <= began && run.endOf(next.step) > began && !(start === began && next.step.spanId > closing.step.spanId);
    if (!isOpen) continue;
    const found = pathBack(next, home, [...path, next], edges, run);
    if (found) return found;
  }
  return undefined;
}
