import { callSites, insertCall } from '../plan/sites.ts';
import type { Negative } from './negative.ts';

/** One dependency is too slow once; the call is made again and everything goes on. */
export const timeoutRetried: Negative = {
  name: 'timeout_retried',
  apply(plan, random) {
    const sites = callSites(plan).filter(
      ({ tool, owner }) =>
        tool.backend !== undefined && !owner.agent.tools.find(({ name, mutates }) => name === tool.tool && mutates),
    );
    if (sites.length === 0) return undefined;
    const site = random.pick(sites);
    const { tool } = site;
    const [inference, again] = insertCall(site, 2, { text: 'Too slow, I try again.', result: tool.result }, random);
    const seconds = random.integer(4, 12);
    tool.failure = { type: 'TimeoutError', message: `${tool.tool} timed out after ${seconds} s` };
    tool.httpStatus = 504;
    tool.ms = seconds * 1_000;
    const steps = [tool, inference, again];
    const held = { at: tool, cause: 'deepest', orCause: [tool], steps } as const;
    return {
      resembles: 'timeout_cascade',
      variant: 'timeout_retried',
      steps,
      holds: [{ pattern: 'recovery', variant: 'retried_same', ...held }],
    };
  },
};
