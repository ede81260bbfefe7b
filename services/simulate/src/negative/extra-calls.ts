import { callSteps } from '../plan/script.ts';
import type { AgentStep, RunPlan, Step, ToolSpec } from '../plan/step.ts';
import type { Random } from '../random.ts';

export interface ExtraCall {
  readonly text: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly result: unknown;
  readonly pauseMs?: number;
  readonly ms?: number;
}

/** Something that the user has named: what an extra call can be about. */
export const subjectOf = ({ root }: RunPlan): string =>
  /[A-Z][\w-]*\d{2,}[\w-]*|\d{4}/.exec(root.request)?.[0] ?? 'this';

/** Offers one more tool to the root agent and calls it, one call after the other, right before the answer. */
export function addCalls(plan: RunPlan, spec: ToolSpec, calls: readonly ExtraCall[], random: Random): Step[] {
  const { root } = plan;
  offer(root, spec);
  const steps = calls.flatMap(({ text, pauseMs, ms, ...call }) => {
    const [inference, tool] = callSteps(root.agent, text, { tool: spec.name, ...call }, random);
    tool.pauseMs = pauseMs ?? 0;
    tool.ms = ms ?? tool.ms;
    return [inference, tool];
  });
  root.steps.splice(root.steps.length - 1, 0, ...steps);
  return steps;
}

function offer(agent: AgentStep, spec: ToolSpec): void {
  agent.agent = { ...agent.agent, tools: [...agent.agent.tools, spec] };
}
