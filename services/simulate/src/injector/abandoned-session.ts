import { agentsOf, callSites } from '../plan/sites.ts';
import type { Injector } from './injector.ts';

/** No end comes: the process dies while a call is open, or between two steps; the root's span never leaves it. */
export const abandonedSession: Injector = {
  fault: 'abandoned_session',
  inject(plan, random) {
    // Of agents that work at the same time nobody could say where it ended.
    const teams = agentsOf(plan).flatMap(({ steps }) =>
      steps.flatMap((step) => (step.kind === 'team' ? step.members : [])),
    );
    const sites = callSites(plan).filter(({ owner }) => !teams.includes(owner));
    if (sites.length === 0) return undefined;
    const { inference, tool } = random.pick(sites);
    const isInCall = random.chance(0.7);
    plan.diesAfter = isInCall ? inference : tool;
    const variant = isInCall ? 'call_open' : 'between_steps';
    return [{ pattern: 'abandoned_session', variant, at: plan.diesAfter, steps: [inference, plan.diesAfter] }];
  },
};
