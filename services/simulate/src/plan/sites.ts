import type { Random } from '../random.ts';
import { callSteps } from './script.ts';
import type { AgentStep, InferenceStep, RunPlan, Step, ToolStep } from './step.ts';

/** A call that was asked for alone: the place where a fault can be put without touching anything else. */
export interface CallSite {
  readonly owner: AgentStep;
  readonly inference: InferenceStep;
  readonly tool: ToolStep;
  /** Of the inference among the owner's steps; the tool follows it. */
  readonly index: number;
}

/** Every agent of a run, the root first. */
export function agentsOf(plan: RunPlan): AgentStep[] {
  const found: AgentStep[] = [plan.root];
  for (const agent of found) {
    for (const step of agent.steps) {
      if (step.kind === 'agent') found.push(step);
      if (step.kind === 'team') found.push(...step.members);
    }
  }
  return found;
}

/** An agent and those that wait for it, up to the root. */
export function lineOf(plan: RunPlan, agent: AgentStep): AgentStep[] {
  const line = [agent];
  const all = agentsOf(plan);
  for (let below = agent; below !== plan.root; ) {
    const above = all.find((each) => each.steps.some((step) => holds(step, below)));
    if (!above) throw new Error(`${below.agent.name} is not part of the run`);
    line.push(above);
    below = above;
  }
  return line;
}

/** The step is that agent, or the team that it works in. */
export const holds = (step: Step, agent: AgentStep): boolean =>
  step === agent || (step.kind === 'team' && step.members.includes(agent));

/** Every step of a run that has a span of its own. */
export function stepsOf(plan: RunPlan): Step[] {
  return agentsOf(plan).flatMap((agent) => [
    agent,
    ...agent.steps.flatMap((step): readonly Step[] => {
      if (step.kind === 'parallel') return step.tools;
      if (step.kind === 'queue') return step.jobs.map(({ job }) => job);
      if (step.kind === 'tool' && step.job) return [step, step.job];
      return step.kind === 'agent' || step.kind === 'team' ? [] : [step];
    }),
  ]);
}

/** All lone calls of ordinary tools, in the order of time within each agent. */
export function callSites(plan: RunPlan): CallSite[] {
  return agentsOf(plan).flatMap((owner) =>
    owner.steps.flatMap((inference, index) => {
      const tool = owner.steps[index + 1];
      const isLone = inference.kind === 'inference' && inference.calls.length === 1 && tool?.kind === 'tool';
      const isFree = isLone && !plan.taken.has(inference) && !plan.taken.has(tool);
      return isFree && tool.handoffTo === undefined ? [{ owner, inference, tool, index }] : [];
    }),
  );
}

/** Asks for the same call once more, `after` steps behind the site's inference. Returns the new pair. */
export function insertCall(
  site: CallSite,
  after: number,
  call: { text: string; tool?: string; arguments?: unknown; result: unknown },
  random: Random,
): [InferenceStep, ToolStep] {
  const { owner, tool: like, index } = site;
  const pair = callSteps(
    owner.agent,
    call.text,
    {
      tool: call.tool ?? like.tool,
      arguments: (call.arguments ?? like.arguments) as Record<string, unknown>,
      result: call.result,
    },
    random,
  );
  owner.steps.splice(index + after, 0, ...pair);
  return pair;
}

/** The inference with which an agent answers; undefined where it does not come to that. */
export function answerOf(agent: AgentStep): InferenceStep | undefined {
  const last = agent.steps.at(-1);
  return last?.kind === 'inference' && last.calls.length === 0 ? last : undefined;
}

/** Lets an agent, and those that pass its answer on, say something else in the end. */
export function changeAnswer(plan: RunPlan, agent: AgentStep, answer: string): void {
  for (const each of lineOf(plan, agent)) {
    const last = answerOf(each);
    if (last) last.text = answer;
    each.answer = answer;
  }
}
