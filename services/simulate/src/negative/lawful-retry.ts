import { retrySame } from '../injector/recovery.ts';
import { callSites } from '../plan/sites.ts';
import type { Negative } from './negative.ts';

/** One or two failures, each followed by a pause, then success: a recovery, but no storm and nothing unresolved. */
export const lawfulRetry: Negative = {
  name: 'lawful_retry',
  apply(plan, random) {
    const sites = callSites(plan);
    if (sites.length === 0) return undefined;
    const site = random.pick(sites);
    const attempts = random.integer(1, 2);
    const steps = [site.tool, ...retrySame(site, attempts, site.tool.result, random)];
    const held = { at: site.tool, cause: 'deepest', steps, numbers: { attempts } } as const;
    return {
      resembles: 'retry_storm',
      variant: 'lawful_retry',
      steps,
      holds: [{ pattern: 'recovery', variant: 'retried_same', ...held }],
    };
  },
};
