import type { RunPlan } from '../plan/step.ts';
import type { Random } from '../random.ts';
import type { NegativeNote } from '../truth.ts';

/** Makes a clean run look like a fault that it does not have. */
export interface Negative {
  readonly name: string;
  /** Rewrites a clean plan in place; undefined, with the plan untouched, where it offers no place for it. */
  apply(plan: RunPlan, random: Random): NegativeNote | undefined;
}
