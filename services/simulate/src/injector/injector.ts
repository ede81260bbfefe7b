import type { RunPlan } from '../plan/step.ts';
import type { Random } from '../random.ts';
import type { FaultName, FaultNote } from '../truth.ts';

/** Puts one kind of fault into a run. */
export interface Injector {
  readonly fault: FaultName;
  /**
   * Rewrites a clean plan in place so that the pattern occurs in it, and says what occurs now: the fault itself first, then
   * what follows from it. Undefined, with the plan untouched, where the plan offers no place for it.
   *
   * @param strength from 0, barely a fault, to 1
   */
  inject(plan: RunPlan, random: Random, strength: number): FaultNote[] | undefined;
}
