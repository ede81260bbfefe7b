import type { Random } from '../random.ts';
import { handOverInstead, handoffsOf } from './handoffs.ts';
import type { Injector } from './injector.ts';

/** What a user demanded gets lost on the way from agent to agent; every field is still there. */
export const contextDecay: Injector = {
  fault: 'context_decay',
  inject(plan, random, strength) {
    const handoffs = handoffsOf(plan).filter(({ tool }) => tool);
    if (handoffs.length === 0) return undefined;
    const first = random.integer(0, handoffs.length - 1);
    // What is lost at one hop does not come back at the next.
    const hops = handoffs.slice(first);
    for (const hop of hops) handOverInstead(hop, vague(hop.payload), summary(hop.payload, strength, random));
    const [{ to, tool, inference, from }] = hops as [(typeof hops)[number]];
    const at = tool ?? to;
    const steps = hops.flatMap((hop) => [hop.tool, hop.to, hop.inference].filter((step) => step !== undefined));
    const where = { at, cause: inference ?? at, orCause: [at, to, from], steps } as const;
    return [
      {
        pattern: 'context_decay',
        variant: hops.length > 1 ? 'over_hops' : 'at_one_hop',
        ...where,
        numbers: { hops: hops.length },
      },
      ...hops.slice(1).map((hop) => {
        const later = hop.tool ?? hop.to;
        return {
          pattern: 'context_decay',
          variant: 'later_hop',
          isArguable: true,
          at: later,
          steps: [later, hop.to],
        } as const;
      }),
    ];
  },
};

/** Lists of demands become a phrase; identifiers stay, or nobody could go on. */
const vague = (payload: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(payload).map(([key, value]) => [key, Array.isArray(value) ? ['as discussed'] : value]),
  );

/** The weaker the fault, the more of the payload is still said. */
function summary(payload: Readonly<Record<string, unknown>>, strength: number, random: Random): string {
  const said = Object.entries(payload).filter(([, value]) => typeof value === 'string' || typeof value === 'number');
  const kept = said.slice(0, strength < 0.35 ? 2 : 1).map(([key, value]) => `${key.replaceAll('_', ' ')} ${value}`);
  const words = random.pick([
    'Please take care of this case.',
    'The customer needs help, please go on.',
    'Handle the request as usual.',
    'Bitte übernehmen, der Kunde wartet.',
  ]);
  return `${words} ${kept.join(', ')}`.trim();
}
