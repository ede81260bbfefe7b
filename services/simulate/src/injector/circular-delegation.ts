import { inferenceFor, toolStep, transferTool } from '../plan/script.ts';
import type { AgentStep, RunPlan, Step, ToolStep } from '../plan/step.ts';
import type { Random } from '../random.ts';
import { textArgument, toolSpec } from '../scenario/scenario.ts';
import { type Position, speakers } from '../scenario/vendor-panel.ts';
import { between } from '../strength.ts';
import type { FaultNote } from '../truth.ts';
import { handoffsOf } from './handoffs.ts';
import type { Injector } from './injector.ts';

/** Agents wait for each other, or a panel goes round after round and does not agree. */
export const circularDelegation: Injector = {
  fault: 'circular_delegation',
  inject(plan, random, strength) {
    return noAgreement(plan, random, strength) ?? waitInCircle(plan, random, strength);
  },
};

/** A hands to B, B hands the same back to A while A waits, and so on, until one gives up. */
function waitInCircle(plan: RunPlan, random: Random, strength: number): FaultNote[] | undefined {
  const handoffs = handoffsOf(plan).filter(({ tool }) => tool);
  if (handoffs.length === 0) return undefined;
  const { from, to, payload, tool, inference: first } = random.pick(handoffs);
  const depth = between(2, 4, strength);
  const circle: Step[] = [];
  const asked: AgentStep[] = [];
  let agent = to;
  for (let i = 0; i < depth; i += 1) {
    const next = i % 2 === 0 ? from : to;
    const name = next.agent.name;
    const spec = toolSpec(
      transferTool(name),
      `Hands over to ${name}.`,
      { task: textArgument('what') },
      { optional: ['task'] },
    );
    if (agent.agent.tools.every((each) => each.name !== spec.name))
      agent.agent = { ...agent.agent, tools: [...agent.agent.tools, spec] };
    const result = { status: 'transferred', to: name };
    const hand: ToolStep = {
      ...toolStep(agent.agent, { tool: spec.name, arguments: payload, result }, random),
      handoffTo: name,
    };
    const inference = inferenceFor(
      random.pick(['This is for the other one.', 'I cannot decide this, please take over.', '']),
      [hand],
      random,
    );
    const below: AgentStep = { ...next, request: to.request, earlier: [], steps: [], answer: '', callId: hand.callId };
    const last = agent.steps.at(-1);
    agent.steps.splice(0, agent.steps.length, inference, hand, below, ...(last ? [last] : []));
    circle.push(inference, hand, below);
    asked.push(below);
    agent = below;
  }
  const answer = 'I am waiting for the other agent and cannot go on.';
  agent.steps.push({ ...inferenceFor(answer, [], random), finishReason: 'stop' });
  for (const each of [to, ...asked]) {
    each.answer = answer;
    const last = each.steps.at(-1);
    if (last?.kind === 'inference') last.text = answer;
  }
  const at = circle[1] as Step;
  const begun = [tool, first].filter((step) => step !== undefined);
  const where = {
    at,
    cause: tool ?? at,
    orCause: [from, to, ...begun, ...circle],
    steps: [...circle, ...begun, to],
  } as const;
  return [
    { pattern: 'circular_delegation', variant: 'waiting_in_circle', ...where, numbers: { depth } },
    // Each further turn closes the circle once more.
    ...circle
      .filter((step) => step.kind === 'tool' && step !== at)
      .map(
        (step): FaultNote => ({
          pattern: 'circular_delegation',
          variant: 'next_turn',
          isArguable: true,
          at: step,
          steps: circle,
        }),
      ),
    { pattern: 'no_progress_loop', variant: 'circle', isArguable: true, ...where },
    { pattern: 'unresolved_error', variant: 'circle', isArguable: true, ...where },
  ];
}

/** Rounds of a panel in which nobody comes nearer to the others; the chair ends it in the end. */
function noAgreement(plan: RunPlan, random: Random, strength: number): FaultNote[] | undefined {
  const { root } = plan;
  const first = root.steps.findIndex((step) => step.kind === 'agent' && step.agent.name.endsWith('-reviewer'));
  if (first < 0) return undefined;
  const members = root.steps.filter((step): step is AgentStep => step.kind === 'agent');
  const isDeclared = members[0]?.extras !== undefined;
  const rounds = between(5, 9, strength);
  const base = JSON.parse(members.at(-1)?.answer ?? '{}') as Position & { tender: string };
  const stubborn: Position[] = [0, 1, 2].map((i) => ({
    vendor: ['Nordlicht GmbH', 'Calisto Systems', 'Ardent & Sons'][i] ?? base.vendor,
    limit_eur: base.limit_eur + i * random.integer(1, 4) * 1_000,
    risk: ['low', 'high', 'medium'][i] ?? base.risk,
  }));
  const isRotating = random.chance(0.4);
  const spoken: AgentStep[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    // They change places but come no nearer.
    const turned = isRotating ? [...stubborn.slice(round % 3), ...stubborn.slice(0, round % 3)] : stubborn;
    spoken.push(...speakers(base.tender, round, isDeclared, turned, random));
  }
  root.steps.splice(first, members.length, ...spoken);
  const at = spoken[3 * 4 - 1] as AgentStep;
  const where = {
    at,
    cause: spoken[0] as AgentStep,
    orCause: [root, ...spoken, ...root.steps.slice(0, first), ...spoken.flatMap((each) => each.steps)],
    steps: [...spoken, ...spoken.flatMap(({ steps }) => steps)],
  } as const;
  return [
    {
      pattern: 'circular_delegation',
      variant: isRotating ? 'rotating_positions' : 'no_agreement',
      ...where,
      numbers: { rounds },
    },
    { pattern: 'no_progress_loop', variant: 'no_agreement', isArguable: true, ...where },
  ];
}
