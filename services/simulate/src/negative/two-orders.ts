import { replaced } from '../injector/values.ts';
import { specOf } from '../plan/script.ts';
import { callSites, insertCall } from '../plan/sites.ts';
import type { Negative } from './negative.ts';

/** The user wants the same thing twice, says so, and gets it twice, each with an idempotency key of its own. */
export const twoOrders: Negative = {
  name: 'two_orders',
  apply(plan, random) {
    const sites = callSites(plan).filter(({ owner, tool }) => specOf(owner.agent, tool.tool)?.mutates);
    if (sites.length === 0) return undefined;
    const site = random.pick(sites);
    const { owner, tool, inference } = site;
    const again = ' Please do this twice: once for me and once, separately, for my sister.';
    plan.root.request += again;
    if (owner !== plan.root) owner.request += again;
    const ids = Object.entries(tool.result as Record<string, unknown>).filter(([key]) => key.endsWith('_id'));
    const fresh = ids.find(([, value]) => typeof value === 'string' && !JSON.stringify(tool.arguments).includes(value));
    const result = fresh
      ? replaced(tool.result, fresh[1], `${String(fresh[1]).slice(0, 3)}${random.hex(6)}`)
      : tool.result;
    const [second, other] = insertCall(site, 2, { text: 'And the second one, for the sister.', result }, random);
    tool.extras = { 'spanwise.idempotency_key': `op-${random.hex(8)}` };
    other.extras = { 'spanwise.idempotency_key': `op-${random.hex(8)}` };
    return { resembles: 'duplicate_side_effect', variant: 'two_orders', steps: [inference, tool, second, other] };
  },
};
