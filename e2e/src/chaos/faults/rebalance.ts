import type { ServiceName } from '@spanwise/local';
import type { Fault } from './fault.ts';
import { pause } from './pause.ts';

const SCALED: readonly ServiceName[] = ['detect', 'correlate', 'store'];

/** A group gets an instance more, and loses it again a while later: partitions move twice. */
export const rebalance: Fault = {
  kind: 'rebalance',
  leastMs: 6_000,
  mostMs: 15_000,
  weight: 3,
  async inject({ cast }, { durationMs, random, signal }) {
    const service = random.pick(SCALED);
    const added = await cast.add(service);
    await pause(durationMs, signal);
    await cast.remove(added);
    return `added ${added.name}, and removed it after ${durationMs} ms`;
  },
};
