import { callSteps, specOf } from '../plan/script.ts';
import { agentsOf, callSites } from '../plan/sites.ts';
import { between } from '../strength.ts';
import type { Injector } from './injector.ts';

/** An agent looks up what another agent has looked up before. */
export const duplicateWork: Injector = {
  fault: 'duplicate_work',
  inject(plan, random, strength) {
    const agents = agentsOf(plan);
    const reads = callSites(plan).filter(({ owner, tool }) => !specOf(owner.agent, tool.tool)?.mutates);
    const pairs = reads.flatMap((read) =>
      agents
        .slice(agents.indexOf(read.owner) + 1)
        .filter((other) => other.agent.name !== read.owner.agent.name && comesAfter(plan.root.steps, read.owner, other))
        .map((other) => ({ read, other })),
    );
    if (pairs.length === 0) return undefined;
    const { read, other } = random.pick(pairs);
    const all = reads
      .filter(({ owner, index }) => owner === read.owner && index >= read.index)
      .slice(0, between(1, 3, strength));
    const firsts = all.map(({ tool }) => tool);
    const specs = firsts.flatMap(({ tool }) => specOf(read.owner.agent, tool) ?? []);
    const known = new Set(other.agent.tools.map(({ name }) => name));
    other.agent = {
      ...other.agent,
      tools: [...other.agent.tools, ...new Set(specs.filter(({ name }) => !known.has(name)))],
    };
    const again = firsts.map(({ tool, arguments: given, result }) =>
      callSteps(
        other.agent,
        `Let me look at ${tool.replaceAll('_', ' ')} first.`,
        { tool, arguments: given as Record<string, unknown>, result },
        random,
      ),
    );
    other.steps.unshift(...again.flat());
    return again.map(([inference, tool], i) => ({
      pattern: 'duplicate_work' as const,
      variant: again.length > 1 ? 'several' : 'one',
      ...(i === 0 ? {} : { isArguable: true }),
      at: tool,
      cause: firsts[i] ?? tool,
      orCause: [inference, tool, other],
      steps: again.flat(),
      numbers: { calls: again.length },
    }));
  },
};

/** The other agent begins when the first has made its calls: it is below it, or behind. */
function comesAfter(steps: readonly unknown[], first: unknown, other: unknown): boolean {
  const holds = (step: unknown, agent: unknown): boolean =>
    step === agent || ((step as { kind: string; members?: unknown[] }).members ?? []).includes(agent);
  const [from, to] = [first, other].map((agent) => steps.findIndex((step) => holds(step, agent)));
  return from === -1 || to === -1 || (from as number) < (to as number);
}
