import type { Fault } from './fault.ts';

/** What no reader can make anything of, into every topic that is read, and hostile spans through the front door. */
export const poison: Fault = {
  kind: 'poison',
  leastMs: 0,
  mostMs: 0,
  weight: 3,
  async inject({ poison }, { random, signal }) {
    return await poison.spread(random, signal);
  },
};
