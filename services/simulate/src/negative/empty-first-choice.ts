import { specOf } from '../plan/script.ts';
import { callSites, insertCall } from '../plan/sites.ts';
import type { Negative } from './negative.ts';

/** A good first choice that has nothing; another tool is asked the same, lawfully. */
export const emptyFirstChoice: Negative = {
  name: 'empty_first_choice',
  apply(plan, random) {
    const sites = callSites(plan).filter(({ owner, tool }) => specOf(owner.agent, tool.tool)?.fallback);
    if (sites.length === 0) return undefined;
    const site = random.pick(sites);
    const { owner, tool, inference } = site;
    const result = tool.result;
    const fallback = specOf(owner.agent, tool.tool)?.fallback ?? '';
    const steps = insertCall(
      site,
      2,
      { text: `Nothing there, ${fallback} may have it.`, tool: fallback, result },
      random,
    );
    tool.result = { results: [], total: 0 };
    return { resembles: 'tool_misrouting', variant: 'empty_first_choice', steps: [inference, tool, ...steps] };
  },
};
