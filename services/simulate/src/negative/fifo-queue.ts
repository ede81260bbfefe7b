import { answerOf } from '../plan/sites.ts';
import { byUrgency } from '../scenario/dispatch.ts';
import type { Negative } from './negative.ts';

/** Work of equal priority waits in line, and is done in the order in which it came. */
export const fifoQueue: Negative = {
  name: 'fifo_queue',
  apply(plan, random) {
    const { root } = plan;
    if (!answerOf(root)) return undefined;
    const priority = random.integer(1, 9);
    const jobs = byUrgency(
      Array.from({ length: random.integer(3, 6) }, () => priority),
      random,
    );
    root.steps.splice(root.steps.length - 1, 0, { kind: 'queue', jobs });
    return { resembles: 'priority_inversion', variant: 'fifo_queue', steps: jobs.map(({ job }) => job) };
  },
};
