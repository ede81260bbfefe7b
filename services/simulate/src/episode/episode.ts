import type { RunPlan } from '../plan/step.ts';
import type { Random } from '../random.ts';
import type { Notes } from '../render/truths.ts';
import type { FaultName } from '../truth.ts';

/** One run of what happens over several conversations. */
export interface EpisodeRun {
  /** From the beginning of the episode */
  readonly afterMs: number;
  /** Which conversation it belongs to, from 0 */
  readonly conversation: number;
  /** Default: that of all */
  readonly tenant?: string;
  readonly plan: RunPlan;
  /** What is true of this run; what it speaks of may lie in an earlier one. */
  readonly notes: Notes;
}

/** What shows only over several conversations, which share a thing, a record or a lock. */
export interface Episode {
  readonly name: string;
  /** What it is an example of, or what it only resembles */
  readonly fault: FaultName;
  readonly isLawful: boolean;
  /** Its runs in the order of time. */
  runs(random: Random, strength: number): EpisodeRun[];
}
