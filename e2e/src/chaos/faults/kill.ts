import type { Instance } from '../cast.ts';
import type { ChaosSystem, Fault, Injection } from './fault.ts';

/** An instance dies at once, as by a crash or for want of memory, and is started again. */
export const kill: Fault = {
  kind: 'kill',
  leastMs: 0,
  mostMs: 0,
  weight: 8,
  inject: (system, injection) => signalOne(system, injection, 'SIGKILL'),
};

/** An instance is asked to end, as in a rolling upgrade, and is started again. */
export const terminate: Fault = {
  kind: 'terminate',
  leastMs: 0,
  mostMs: 0,
  weight: 4,
  inject: (system, injection) => signalOne(system, injection, 'SIGTERM'),
};

async function signalOne(
  { cast }: ChaosSystem,
  { random }: Injection,
  signal: NodeJS.Signals,
): Promise<string | undefined> {
  const victim = oneOf(cast.awake(), random);
  if (victim?.process.pid === undefined) return undefined;
  process.kill(victim.process.pid, signal);
  return `${signal} to ${victim.name}`;
}

export function oneOf(instances: readonly Instance[], random: Injection['random']): Instance | undefined {
  return instances.length === 0 ? undefined : random.pick(instances);
}
