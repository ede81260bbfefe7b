import type { Severity } from '@spanwise/schemas';
import { type ContextItem, holds } from '../reading/context-items.ts';
import type { GivenContext, Hop } from './passed-contexts.ts';

/** What got lost on the way to an agent that takes work over. */
export interface ContextLoss {
  type: 'critical_key_lost' | 'below_normal' | 'worn_down' | 'rule_lost';
  severity: Severity;
  confidence: number;
  expected: string[];
  /** What was lost, by hop. */
  seen: string[];
  lost: string[];
  began: Hop<string[]>;
  numbers: Record<string, number>;
}

/** `kept` of a hop's handoff: names of the fields that were handed over. */
export const nameOfHop = ({ handoff: { from, to } }: Hop<string[]>): string => `${from || '?'} → ${to}`;

const survivors = (items: readonly ContextItem[], context: GivenContext): ContextItem[] =>
  items.filter((item) => holds(context.marks, item));

const rounded = (share: number): number => Math.round(share * 100) / 100;

/** Share of a context that survives the handoffs of a pair in all but few cases. */
export interface NormalShare {
  share: number;
  /** A share that a part of them does not exceed that is too large to be chance, or a fault. */
  common: number;
  handoffs: number;
}

/** A share of the items that the sender was given is left that is clearly below the normal one, by more than one item. */
export function belowNormal(hop: Hop<string[]>, normal: NormalShare, clearly: number): ContextLoss | undefined {
  const survived = survivedIn(hop);
  if (!survived || survived.share >= clearly * normal.share) return undefined;
  const { items, share } = survived;
  if (share * items.length + 1 >= normal.share * items.length) return undefined;
  return foundOver([hop], survived.items, survived.after, 'below_normal', {
    normalShare: rounded(normal.share),
    handoffs: normal.handoffs,
  });
}

/** What is left of what the one who hands over was given; undefined where that is nothing, or was not seen. */
export function survivedIn({ before, after }: Hop<string[]>) {
  if (!before || !after || before.items.length === 0) return undefined;
  const { items } = before;
  return { items, after, share: survivors(items, after).length / items.length };
}

/**
 * The items of the first agent of a chain of handoffs of which too few are left after a hop, where no norm is known.
 *
 * @param at place of the hop among `hops`
 * @param below hops that are told to have fallen below, for what follows them
 */
export function lostItems(
  hop: Hop<string[]>,
  at: number,
  hops: readonly Hop<string[]>[],
  below: Set<number>,
  { leastShare, leastItems }: { leastShare: number; leastItems: number },
): ContextLoss | undefined {
  if (!hop.after) return undefined;
  const chain = [hop];
  for (let i = hop.previous; i >= 0 && chain.length < hops.length; i = hops[i]?.previous ?? -1)
    chain.unshift(hops[i] as Hop<string[]>);
  // What came before the first agent whose context was seen is not known.
  while (chain[0] && !chain[0].before) chain.shift();
  const items = chain[0]?.before?.items ?? [];
  const kept = survivors(items, hop.after);
  if (kept.length >= leastShare * items.length) return undefined;
  if (chain.length < 2) {
    // Who takes the work over has to know what must not be done with it; who does a part of it need not.
    const isRuleLost = items.some((item) => item.rule && !kept.includes(item));
    if (!isRuleLost || hop.handoff.nested || items.length < leastItems - 1) return undefined;
    return foundOver(chain, items, hop.after, 'rule_lost', {});
  }
  if (items.length < leastItems) return undefined;
  below.add(at);
  if (below.has(hop.previous)) return undefined;
  return foundOver(chain, items, hop.after, 'worn_down', {});
}

function foundOver(
  chain: readonly Hop<string[]>[],
  items: readonly ContextItem[],
  after: GivenContext,
  type: ContextLoss['type'],
  numbers: Record<string, number>,
): ContextLoss {
  const kept = survivors(items, after);
  const lost = items.filter((item) => !kept.includes(item));
  const lostAt = (item: ContextItem): number =>
    chain.findIndex((hop) => hop.after !== undefined && !holds(hop.after.marks, item));
  const hops = lost.map(lostAt);
  // A rule may go on in another language, a value does not.
  const ofValues = hops.filter((_, i) => lost[i]?.rule === false);
  const began = chain[Math.max(0, Math.min(...(ofValues.length > 0 ? ofValues : hops)))] as Hop<string[]>;
  // Who asks another for a part of the work tells it only that part.
  const isPart = chain.some(({ handoff }) => handoff.nested);
  return {
    type,
    severity: type !== 'below_normal' && isPart ? 'low' : 'medium',
    confidence: type === 'below_normal' ? 0.8 : isPart ? 0.5 : type === 'rule_lost' ? 0.6 : 0.7,
    expected: items.map(({ stated }) => stated),
    seen: lost.map((item, i) => `${nameOfHop(chain[hops[i] ?? 0] as Hop<string[]>)}: ${item.stated}`),
    lost: lost.map(({ stated }) => stated),
    began,
    numbers: {
      items: items.length,
      kept: kept.length,
      hops: chain.length,
      share: rounded(kept.length / items.length),
      ...numbers,
    },
  };
}
