import { callSites } from '../plan/sites.ts';
import type { Negative } from './negative.ts';

/** A call queues work that a worker does after the call, sometimes after the run: asynchronous, not a wrong clock. */
export const backgroundJob: Negative = {
  name: 'background_job',
  apply(plan, random) {
    const sites = callSites(plan);
    if (sites.length === 0) return undefined;
    const { tool } = random.pick(sites);
    tool.job = {
      kind: 'job',
      name: random.pick(['audit-log', 'mails', 'search-index']),
      service: 'worker',
      delayMs: random.integer(20, 300),
      ms: random.integer(200, 1_500),
    };
    return { resembles: 'clock_skew', variant: 'background_job', steps: [tool.job] };
  },
};
