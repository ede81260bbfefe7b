import type { Random } from '@spanwise/simulate';
import type { Cast } from '../cast.ts';
import type { ChaosPlatform } from '../platform/chaos-platform.ts';
import type { PoisonKit } from '../poison/poison-kit.ts';
import type { FaultSpec } from '../schedule.ts';

/** What faults are put on. */
export interface ChaosSystem {
  readonly platform: ChaosPlatform;
  readonly cast: Cast;
  readonly poison: PoisonKit;
}

export interface Injection {
  readonly durationMs: number;
  /** A stream of its own: chooses the victim and the variant. */
  readonly random: Random;
  /** Whoever ends the harness ends the fault. */
  readonly signal: AbortSignal;
}

/**
 * A kind of fault. The system has recovered from it when every instance is ready again and no group is behind.
 */
export interface Fault extends FaultSpec {
  /** Why it cannot be put on this system; undefined where it can. */
  unavailable?(system: ChaosSystem): string | undefined;
  /** Puts it on, and takes it off again. Gives what was done, in words; undefined when there was nobody to do it to. */
  inject(system: ChaosSystem, injection: Injection): Promise<string | undefined>;
}
