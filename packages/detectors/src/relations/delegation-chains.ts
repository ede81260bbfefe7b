import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { nameOf } from './handoffs.ts';

/** An agent at work within those that wait for it. */
export interface Invocation {
  agent: string;
  /** Its outermost span: instrumentations nest several for one agent. */
  step: Step;
  /** The handoff or tool call through which it was invoked, if that has a span. */
  through: Step | undefined;
}

const MOST_DEPTH = 64;

/** Who waits for whom, from the outermost agent down to the one at `step`. All of them are open at the same time. */
export function invocationsAbove(step: Step, run: RunView): Invocation[] {
  const chain: Invocation[] = [];
  let at: Step | undefined = step;
  let through: Step | undefined;
  for (let depth = 0; at && depth < MOST_DEPTH; depth++) {
    const inner = chain[0];
    if (at.kind === 'handoff' || at.kind === 'tool') through ??= at;
    else if (at.kind === 'agent') {
      const agent = nameOf(at);
      if (inner) inner.through ??= through;
      if (inner && inner.agent === agent && !through) inner.step = at;
      else chain.unshift({ agent, step: at, through: undefined });
      through = undefined;
    }
    at = run.parentOf(at);
  }
  const [first] = chain;
  if (first) first.through ??= through;
  return chain;
}
