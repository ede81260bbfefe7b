import { callSites } from '../plan/sites.ts';
import type { Injector } from './injector.ts';

/** Less than this could not be told from the way over the network. Milliseconds. */
const LEAST_MS = 300;
const MOST_MS = 60_000;

/** The clock of a service that a tool asks is ahead or behind by far more than a request takes. */
export const clockSkew: Injector = {
  fault: 'clock_skew',
  inject(plan, random) {
    const backends = [...new Set(callSites(plan).flatMap(({ tool }) => tool.backend ?? []))];
    if (backends.length === 0) return undefined;
    const service = random.pick(backends);
    const size = LEAST_MS * (MOST_MS / LEAST_MS) ** random.unit();
    // A clock that is ahead shows only where it outruns the parent's end.
    const longest = Math.max(...callSites(plan).map(({ tool }) => (tool.backend === service ? tool.ms : 0)));
    const isAhead = random.chance(0.5);
    const offsetMs = Math.round(isAhead ? size + longest : -size);
    plan.clockOffsetsUs.set(service, offsetMs * 1_000);
    return [{ pattern: 'clock_skew', variant: isAhead ? 'ahead' : 'behind', numbers: { offsetMs } }];
  },
};
