import { callSteps, inferenceFor, toolStep, transferTool } from '../plan/script.ts';
import { type CallSite, callSites } from '../plan/sites.ts';
import type { AgentStep, RunPlan, Step, ToolStep } from '../plan/step.ts';
import type { Random } from '../random.ts';
import type { FaultNote } from '../truth.ts';
import type { Injector } from './injector.ts';

/** A cycle of calls repeats with unchanged results, or two agents pass the same work to and fro. */
export const noProgressLoop: Injector = {
  fault: 'no_progress_loop',
  inject(plan, random) {
    return (random.chance(0.5) && passToAndFro(plan, random)) || repeatCalls(plan, random);
  },
};

/** One to three calls of an agent, made before, are made again and again in the same order. */
function repeatCalls(plan: RunPlan, random: Random): FaultNote[] | undefined {
  const sites = callSites(plan);
  if (sites.length === 0) return undefined;
  const first = random.integer(0, sites.length - 1);
  const period = random.integer(1, 3);
  const near = sites.slice(first, first + period);
  const stranger = near.findIndex((site, i) => i > 0 && !follows(site, near[i - 1]));
  const cycle = stranger < 0 ? near : near.slice(0, stranger);
  const last = cycle.at(-1) as CallSite;
  const repeats = cycle.length === 1 ? random.integer(5, 10) : random.integer(4, 7);
  const { owner } = last;
  const begun = owner.steps.indexOf(last.tool) + 1;
  const repetitions: Step[][] = [];
  for (let i = 1; i < repeats; i += 1) {
    repetitions.push(
      cycle.flatMap(({ tool }) => {
        const call = { tool: tool.tool, arguments: tool.arguments as Record<string, unknown>, result: tool.result };
        return callSteps(owner.agent, random.pick(['Let me check that.', 'I verify this.', '']), call, random);
      }),
    );
  }
  owner.steps.splice(begun, 0, ...repetitions.flat());
  return [loopNote('repeated_calls', cycle.length, repeats, repetitions)];
}

/** Two calls of one agent with nothing in between. */
const follows = (site: CallSite, before: CallSite | undefined): boolean =>
  before !== undefined && site.owner === before.owner && site.index === before.index + 2;

/** The two agents of a handoff hand the same task back and over again. */
function passToAndFro(plan: RunPlan, random: Random): FaultNote[] | undefined {
  const { root } = plan;
  const over = root.steps.find((step) => step.kind === 'tool' && step.handoffTo !== undefined) as ToolStep | undefined;
  const other = root.steps.find((step) => step.kind === 'agent') as AgentStep | undefined;
  if (!over || !other) return undefined;
  const repeats = random.integer(4, 6);
  const returned = `This is for ${root.agent.name}, I pass it back.`;
  const repetitions: Step[][] = [];
  for (let i = 0; i < repeats; i += 1) {
    const payload = over.arguments as Record<string, unknown>;
    const call = { tool: over.tool, arguments: payload, result: { status: 'transferred', to: other.agent.name } };
    const hand: ToolStep = { ...toolStep(root.agent, call, random), handoffTo: other.agent.name };
    const backCall = {
      tool: transferTool(root.agent.name),
      arguments: payload,
      result: { status: 'transferred', to: root.agent.name },
    };
    const back: ToolStep = { ...toolStep(other.agent, backCall, random), handoffTo: root.agent.name };
    const turn: AgentStep = {
      kind: 'agent',
      agent: { ...other.agent, tools: [...other.agent.tools, backTool(root.agent.name)] },
      request: other.request,
      earlier: [],
      steps: [inferenceFor('This is not mine.', [back], random), back],
      answer: returned,
      callId: hand.callId,
    };
    repetitions.push([inferenceFor('This is for the other agent.', [hand], random), hand, turn, ...turn.steps]);
  }
  const before = root.steps.indexOf(over) - 1;
  root.steps.splice(before, 0, ...repetitions.flatMap((steps) => steps.slice(0, 3)));
  const loop = loopNote('to_and_fro', 2, repeats, repetitions.slice(1));
  const isArguable = { isArguable: true, steps: repetitions.flat() } as const;
  return [loop, { ...loop, ...isArguable, pattern: 'circular_delegation' }];
}

const backTool = (agent: string) => ({
  name: transferTool(agent),
  description: `Hands back to ${agent}.`,
  parameters: { type: 'object', properties: {}, required: [] } as const,
});

/** `repetitions` are those after the first occurrence: it shows in the second of them, and began with the first. */
function loopNote(variant: string, period: number, repeats: number, repetitions: readonly Step[][]): FaultNote {
  const shows = repetitions[Math.min(1, repetitions.length - 1)] ?? [];
  const [begins] = repetitions[0] ?? [];
  const at = shows.findLast((step) => step.kind === 'tool') as ToolStep;
  const cause = begins === undefined ? {} : { cause: begins };
  return {
    pattern: 'no_progress_loop',
    variant,
    at,
    ...cause,
    steps: repetitions.flat(),
    numbers: { period, repeats },
  };
}
