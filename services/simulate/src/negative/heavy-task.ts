import type { Negative } from './negative.ts';

/** A heavy task is heavy by right: steps of one that is no light one. */
const HEAVY = 40;

/** Work of a class that always takes many steps. */
export const heavyTask: Negative = {
  name: 'heavy_task',
  apply(plan) {
    const { root, scenario } = plan;
    if (scenario !== 'market-study' || root.steps.length < HEAVY) return undefined;
    return { resembles: 'runaway_cost', variant: 'heavy_task', steps: [root, ...root.steps] };
  },
};
