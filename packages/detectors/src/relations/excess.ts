import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { isWork } from './active-time.ts';
import { isCall } from './calls.ts';

/** Where a run went beyond what is normal, and what made it do so. */
export interface Excess {
  /** The step with which it crossed the bound. */
  at: Step;
  /** Where what makes most of the excess began: a sub-agent, a streak of one tool, else the excess itself. */
  began: Step;
  /** The tool or agent that makes most of it; empty where none does. */
  mostly: string;
  /** Steps of it, by end, at most 32. */
  steps: Step[];
}

const MOST_STEPS = 32;
/** Share of the excess that makes something the cause of it. */
const MOSTLY = 0.5;
const LEAST_CALLS = 3;

/**
 * @param taken by steps in the order in which they count, and how much had been taken with each
 * @param normal upper end of what is normal: what comes after that is excess
 */
export function excessOf(
  taken: Iterable<readonly [step: Step, soFar: number]>,
  normal: number,
  bound: number,
  run: RunView,
): Excess | undefined {
  let at: Step | undefined;
  let first: Step | undefined;
  const beyond = new Set<Step>();
  let last: Step | undefined;
  for (const [step, soFar] of taken) {
    last = step;
    if (soFar <= normal) continue;
    first ??= step;
    beyond.add(step);
    if (soFar > bound) at ??= step;
  }
  at ??= last;
  if (!at) return undefined;
  const work = run.steps.filter(isWork).sort((a, b) => run.endOf(a) - run.endOf(b) || (a.spanId < b.spanId ? -1 : 1));
  return { at, ...(ofSubAgent(work, beyond, run) ?? ofTool(work, beyond, run) ?? ofItself(first ?? at, beyond, run)) };
}

type Origin = Omit<Excess, 'at'>;

const latest = (steps: readonly Step[]): Step[] => steps.slice(0, MOST_STEPS);

/** Work below another span than the run's own first work: a sub-agent that is still at work has no span yet. */
function ofSubAgent(work: readonly Step[], beyond: ReadonlySet<Step>, run: RunView): Origin | undefined {
  const own = work[0]?.parentSpanId;
  const parents = new Map<string, number>();
  for (const { parentSpanId } of beyond) parents.set(parentSpanId, (parents.get(parentSpanId) ?? 0) + 1);
  for (const [parent, count] of parents) {
    if (parent === own || parent === '' || parent === run.root?.spanId || count < MOSTLY * beyond.size) continue;
    const steps = work.filter((step) => step.parentSpanId === parent);
    const agent = run.stepOf(parent);
    const began = agent?.kind === 'agent' ? agent : steps[0];
    if (steps.length < LEAST_CALLS || !began) continue;
    return { began, mostly: run.agentOf(steps[0] as Step), steps: latest(steps) };
  }
  return undefined;
}

/** One tool that is called over and over: from the first of the streak in which the excess falls. */
function ofTool(work: readonly Step[], beyond: ReadonlySet<Step>, run: RunView): Origin | undefined {
  const calls = work.filter(isCall);
  const tools = new Map<string, number>();
  let all = 0;
  for (const step of beyond) {
    if (!isCall(step) || step.tool === '') continue;
    all++;
    tools.set(step.tool, (tools.get(step.tool) ?? 0) + 1);
  }
  for (const [tool, count] of tools) {
    if (count < LEAST_CALLS || count < MOSTLY * all) continue;
    let from = calls.findIndex((step) => step.tool === tool && beyond.has(step));
    while (calls[from - 1]?.tool === tool) from--;
    const first = calls[from] as Step;
    const streak = calls.slice(from).filter((step) => step.tool === tool);
    return { began: run.requesterOf(first) ?? first, mostly: tool, steps: latest(streak) };
  }
  return undefined;
}

const ofItself = (first: Step, beyond: ReadonlySet<Step>, run: RunView): Origin => ({
  began: (isCall(first) && run.requesterOf(first)) || first,
  mostly: '',
  steps: latest([...beyond]),
});
