import { type Finding, newRecord } from '@spanwise/schemas';
import { signalBody } from '../signals/signal-source.ts';
import { MemorySlots } from '../slots.ts';
import type { ToldSignal } from './fleet-cases.ts';
import type { FleetDetector } from './fleet-detector.ts';
import { FleetJudge } from './fleet-judge.ts';

/** What a detector tells of signals to one key, revisions included, and its slots; it is restored before every `crashEvery`-th. */
export function playedSignals(
  detector: FleetDetector,
  signals: readonly ToldSignal[],
  crashEvery = Number.POSITIVE_INFINITY,
): { findings: Finding[]; slots: MemorySlots } {
  let slots = new MemorySlots();
  const judge = new FleetJudge([detector]);
  const findings = signals.flatMap(({ atMs, keyKind, key, body }, i) => {
    if (i % crashEvery === 0) slots = MemorySlots.restore(slots.snapshot());
    const signal = newRecord('Signal', { tenant: 'default', keyKind, key, emittedTime: 1, body: signalBody(body) });
    const output = judge.onSignal(slots, signal, atMs);
    for (const { message } of output.faults) throw new Error(`${detector.name} failed: ${message}`);
    return output.findings;
  });
  return { findings, slots };
}
