import { freeze, thaw } from '../cast.ts';
import type { Fault } from './fault.ts';
import { oneOf } from './kill.ts';
import { pause } from './pause.ts';

/**
 * An instance stands still for longer than its group waits for it (detect and correlate: 10 s), so that others take its partitions,
 * and then wakes up in the middle of what it did: a zombie that goes on to write and to commit.
 */
export const zombie: Fault = {
  kind: 'freeze',
  leastMs: 12_000,
  mostMs: 15_000,
  weight: 2,
  async inject({ cast }, { durationMs, random, signal }) {
    const group = cast.awake().filter(({ service }) => service !== 'ingest');
    const victim = oneOf(group, random);
    if (!victim) return undefined;
    freeze(victim);
    await pause(durationMs, signal);
    thaw(victim);
    return `froze ${victim.name} for ${durationMs} ms`;
  },
};
