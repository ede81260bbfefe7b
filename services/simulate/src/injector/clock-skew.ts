import { agentsOf } from '../plan/sites.ts';
import type { RunPlan } from '../plan/step.ts';
import type { Injector } from './injector.ts';

/** Less than this could not be told from the way over the network. Milliseconds. */
const LEAST_MS = 30;
const MOST_MS = 60_000;
/** One or two answers that come late may be work that nobody waited for; more are a clock. */
const ENOUGH_REQUESTS = 3;

/** The clock of a service that tools ask is ahead or behind by more than a request is on its way. */
export const clockSkew: Injector = {
  fault: 'clock_skew',
  inject(plan, random) {
    const requests = requestsByService(plan);
    if (requests.size === 0) return undefined;
    const often = [...requests].flatMap(([service, count]) => (count >= ENOUGH_REQUESTS ? [service] : []));
    const isAhead = often.length > 0 && random.chance(0.7);
    const service = random.pick(isAhead ? often : [...requests.keys()]);
    const size = Math.round(LEAST_MS * (MOST_MS / LEAST_MS) ** random.unit());
    const offsetMs = isAhead ? size : -size;
    plan.clockOffsetsUs.set(service, offsetMs * 1_000);
    const numbers = { offsetMs, requests: requests.get(service) ?? 0 };
    const variant = isAhead ? 'ahead' : 'behind';
    return [
      { pattern: 'clock_skew', variant, numbers },
      // A service that asks others in turn is off against those, too.
      { pattern: 'clock_skew', variant, isArguable: true },
    ];
  },
};

function requestsByService(plan: RunPlan): Map<string, number> {
  const counts = new Map<string, number>();
  for (const step of agentsOf(plan).flatMap(({ steps }) => steps)) {
    for (const tool of step.kind === 'parallel' ? step.tools : step.kind === 'tool' ? [step] : []) {
      if (tool.backend !== undefined) counts.set(tool.backend, (counts.get(tool.backend) ?? 0) + 1);
    }
  }
  return counts;
}
