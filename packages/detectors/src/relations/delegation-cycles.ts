import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { isCall } from './calls.ts';
import type { Invocation } from './delegation-chains.ts';
import type { Handoff } from './handoffs.ts';

/** Invocations within each other, from that of an agent to that by which it is at work within itself. */
export interface NestedCycle {
  chain: Invocation[];
  closing: Invocation;
  /** The task is known to be the same. */
  seen: boolean;
}

/** Digests of tasks, or null where they are not known, name one and the same. */
const shares = (a: readonly string[] | null, b: readonly string[] | null): boolean =>
  a !== null && b !== null && a.some((task) => b.includes(task));

/**
 * The outermost invocation by which an agent is at work within itself on the same task.
 *
 * @param tasks digests of the tasks of invocations and handoffs, by span id
 * @param unseenTasks invocations of one agent that are too many where tasks are not known
 */
export function nestedCycle(
  chain: readonly Invocation[],
  tasks: ReadonlyMap<string, string[]>,
  unseenTasks: number,
): NestedCycle | undefined {
  const taskOf = ({ step, through }: Invocation): string[] => [
    ...(tasks.get(step.spanId) ?? []),
    ...((through && tasks.get(through.spanId)) ?? []),
  ];
  for (let i = 1; i < chain.length; i++) {
    const closing = chain[i] as Invocation;
    const from = chain.findLastIndex((other, at) => at < i && other.agent === closing.agent);
    if (from < 0) continue;
    const task = taskOf(closing);
    if (task.length > 0) {
      const same = chain.slice(from, i).some((other) => shares(taskOf(other), task));
      if (same) return { chain: chain.slice(from, i + 1), closing, seen: true };
      continue;
    }
    const times = chain.slice(0, i + 1).filter((other) => other.agent === closing.agent).length;
    if (times >= unseenTasks) return { chain: chain.slice(from, i + 1), closing, seen: false };
  }
  return undefined;
}

/** Work that came round to the handoff through which it had passed before. */
export interface HandedBack {
  first: Handoff<string[]>;
  between: Handoff<string[]>[];
  again: Handoff<string[]>;
}

/** The same work passes through the same handoff again without anybody having done anything; the first time that it does. */
export function handedBack(handoffs: readonly Handoff<string[]>[], run: RunView): HandedBack | undefined {
  for (let i = 2; i < handoffs.length; i++) {
    const again = handoffs[i] as Handoff<string[]>;
    const from = handoffs.findLastIndex(
      (other, at) => at < i - 1 && other.from === again.from && other.to === again.to && shares(other.kept, again.kept),
    );
    const first = handoffs[from];
    if (!first || again.from === '' || again.to === '') continue;
    const between = handoffs.slice(from + 1, i);
    const isPassedOn = between.every((other) => shares(other.kept, again.kept));
    if (!isPassedOn || !between.some((other) => other.to === again.from) || actedBetween(first.step, again.step, run))
      continue;
    return { first, between, again };
  }
  return undefined;
}

function actedBetween(first: Step, last: Step, run: RunView): boolean {
  const [from, to] = [run.startOf(first), run.startOf(last)];
  return run.steps.some((step) => isCall(step) && run.startOf(step) > from && run.startOf(step) < to);
}
