import { type Finding, newRecord } from '@spanwise/schemas';
import { signalBody } from '../signals/signal-source.ts';
import { MemorySlots } from '../slots.ts';
import type { FleetCase, ToldSignal } from './fleet-cases.ts';
import type { FleetDetector } from './fleet-detector.ts';
import { FleetJudge, type FleetKey, type FleetOutput } from './fleet-judge.ts';

/** The findings that stand after a case, in the order in which they were found first. Throws an Error where a detector does. */
export function fleetCaseFindings(detector: FleetDetector, { signals, untilMs }: FleetCase): Finding[] {
  const judge = new FleetJudge([detector]);
  const slotsOf = new Map<string, { at: FleetKey; slots: MemorySlots; wakeAt: number }>();
  const found = new Map<string, Finding>();
  const take = (output: FleetOutput, key: { wakeAt: number }, now: number): void => {
    for (const { message } of output.faults) throw new Error(`${detector.name} failed: ${message}`);
    for (const finding of output.findings) found.set(finding.findingId, finding);
    key.wakeAt = output.wakes.get(detector.name) ?? key.wakeAt;
    for (const signal of output.signals) tell({ ...signal, atMs: now });
  };
  const tell = ({ atMs, keyKind, key, body }: ToldSignal): void => {
    if (!judge.judges(keyKind)) return;
    const name = `${keyKind}/${key}`;
    const at = { tenant: 'default', keyKind, key };
    const known = slotsOf.get(name) ?? { at, slots: new MemorySlots(), wakeAt: Number.POSITIVE_INFINITY };
    slotsOf.set(name, known);
    const signal = newRecord('Signal', { ...at, emittedTime: atMs * 1_000, body: signalBody(body) });
    take(judge.onSignal(known.slots, signal, atMs), known, atMs);
  };
  const wakeUntil = (atMs: number): void => {
    for (;;) {
      const [next] = [...slotsOf.values()].sort((a, b) => a.wakeAt - b.wakeAt);
      if (!next || next.wakeAt > atMs) return;
      const now = next.wakeAt;
      next.wakeAt = Number.POSITIVE_INFINITY;
      take(judge.onWake(next.slots, detector.name, next.at, now), next, now);
    }
  };
  for (const signal of signals) {
    wakeUntil(signal.atMs);
    tell(signal);
  }
  if (untilMs !== undefined) wakeUntil(untilMs);
  return [...found.values()].filter(({ withdrawn }) => !withdrawn);
}
