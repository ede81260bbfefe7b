import { failByService, serviceFailure } from '../injector/failures.ts';
import { callSites, insertCall } from '../plan/sites.ts';
import type { FaultNote } from '../truth.ts';
import type { Negative } from './negative.ts';

/** Between two retries that have nothing to do with each other there are at least so many calls. */
const APART = 2;

/** Two calls, far apart and of different services, fail once and work when they are made again. */
export const separateRetries: Negative = {
  name: 'separate_retries',
  apply(plan, random) {
    const sites = callSites(plan);
    const [first] = sites;
    const last = sites.at(-1);
    if (!first || !last || sites.length < APART + 2 || first.tool.tool === last.tool.tool) return undefined;
    // The last first: what is put in does not move what comes before.
    const steps = [last, first].map((site) => {
      const [inference, again] = insertCall(site, 2, { text: 'Once more.', result: site.tool.result }, random);
      again.pauseMs = random.integer(100, 600);
      failByService(site.tool, serviceFailure(site.tool.tool, random));
      return [site.tool, inference, again] as const;
    });
    const holds = steps.map(([tool, ...retry]): FaultNote => {
      const where = { at: tool, cause: 'deepest', orCause: [tool], steps: [tool, ...retry] } as const;
      return { pattern: 'recovery', variant: 'retried_same', ...where };
    });
    return { resembles: 'compounding_recovery', variant: 'separate_retries', steps: steps.flat(), holds };
  },
};
