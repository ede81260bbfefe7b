import type { Quantity } from '../detector/normals.ts';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { amountOf } from '../relations/spending.ts';
import { callsInVain } from './calls-in-vain.ts';

/** A bound that was crossed. */
export interface CrossedBound {
  quantity: Quantity;
  seen: number;
  normal: number;
  bound: number;
  runs: number;
}

/** Calls that brought nothing, where the run would have kept within all bounds without them; else none. */
export function spentInVain(run: RunView, crossed: readonly CrossedBound[]): readonly Step[] {
  const { calls, inferences } = callsInVain(run);
  const within = ({ quantity, seen, bound }: CrossedBound): boolean => {
    const all = [...calls, ...inferences].reduce((sum, step) => sum + amountOf(step, quantity), 0);
    // Of tokens that were read from a cache only the sum is known: they are spread evenly.
    const share = quantity === 'tokens' ? seen / (seen + run.spent.cachedTokens) : 1;
    return seen - all * share <= bound;
  };
  return crossed.every(within) ? calls : [];
}
