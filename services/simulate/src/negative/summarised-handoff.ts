import { handoffsOf } from '../injector/handoffs.ts';
import type { Negative } from './negative.ts';

/** The receiver is told less, in other words, and everything that matters. */
export const summarisedHandoff: Negative = {
  name: 'summarised_handoff',
  apply(plan, random) {
    const handoffs = handoffsOf(plan).filter(({ tool }) => tool);
    if (handoffs.length === 0) return undefined;
    const { to, tool, payload } = random.pick(handoffs);
    const facts = Object.entries(payload).map(
      ([key, value]) => `${key.replaceAll('_', ' ')}: ${Array.isArray(value) ? value.join('; ') : String(value)}`,
    );
    to.request = `In short. ${random.sample(facts, facts.length).join('. ')}. As the customer said: ${plan.root.request}`;
    return { resembles: 'context_decay', variant: 'summarised_handoff', steps: [to, ...(tool ? [tool] : [])] };
  },
};
