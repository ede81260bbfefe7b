import { callSteps, specOf } from '../plan/script.ts';
import { agentsOf, callSites } from '../plan/sites.ts';
import type { Negative } from './negative.ts';

/** Something was changed, so another agent looks again, and sees the change. */
export const refreshAfterWrite: Negative = {
  name: 'refresh_after_write',
  apply(plan, random) {
    const sites = callSites(plan);
    const cases = sites.flatMap((write) => {
      const isWrite = specOf(write.owner.agent, write.tool.tool)?.mutates;
      const other = agentsOf(plan).find(({ agent }) => agent.name !== write.owner.agent.name);
      const read = sites.find(
        ({ owner, tool, index }) =>
          owner === write.owner && index < write.index && !specOf(owner.agent, tool.tool)?.mutates,
      );
      return isWrite && read && other === plan.root ? [{ write, read, other }] : [];
    });
    if (cases.length === 0) return undefined;
    const { write, read, other } = random.pick(cases);
    const spec = specOf(write.owner.agent, read.tool.tool);
    if (spec) other.agent = { ...other.agent, tools: [...other.agent.tools, spec] };
    const { tool, arguments: given, result } = read.tool;
    const call = {
      tool,
      arguments: given as Record<string, unknown>,
      result: { ...(result as object), updated_by: write.tool.tool },
    };
    const steps = callSteps(other.agent, 'That was changed: I look at it again.', call, random);
    other.steps.splice(other.steps.length - 1, 0, ...steps);
    return { resembles: 'duplicate_work', variant: 'refresh_after_write', steps };
  },
};
