import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@spanwise/simulate';
import type { ChaosSystem, Fault } from './faults/fault.ts';
import type { RecoveryWatch } from './recovery.ts';
import type { LoggedFault } from './report.ts';
import type { PlannedFault } from './schedule.ts';

export interface FaultRun {
  readonly faults: Record<string, number>;
  readonly log: LoggedFault[];
}

/**
 * Puts the faults on at their times and waits until the last is taken off.
 *
 * @throws what an injection throws: a server that does not start again, mostly
 */
export async function runFaults(
  system: ChaosSystem,
  available: readonly Fault[],
  planned: readonly PlannedFault[],
  recovery: RecoveryWatch,
  seed: number,
  onFault: (fault: LoggedFault) => void,
  signal: AbortSignal,
): Promise<FaultRun> {
  const start = performance.now();
  const faults: Record<string, number> = {};
  const log: LoggedFault[] = [];
  const byKind = new Map(available.map((fault) => [fault.kind, fault]));
  const inject = async ({ kind, atMs, durationMs }: PlannedFault, index: number) => {
    await sleep(Math.max(0, start + atMs - performance.now()), undefined, { signal });
    const random = new Random(`${seed} fault ${index}`);
    const what = await byKind.get(kind)?.inject(system, { durationMs, random, signal });
    if (what === undefined) return;
    recovery.ended(kind);
    faults[kind] = (faults[kind] ?? 0) + 1;
    const logged = { atSeconds: Math.round(atMs / 100) / 10, kind, what };
    log.push(logged);
    onFault(logged);
  };
  await Promise.all(planned.map(inject));
  log.sort((a, b) => a.atSeconds - b.atSeconds);
  return { faults, log };
}
