import type { Calibration, Finding, Incident, Signal, SignalKeyKind } from '@spanwise/schemas';
import { type DetectorFault, faultOf } from '../detector/fault.ts';
import type { SignalDraft } from '../signals/signal-source.ts';
import type { Slots } from '../slots.ts';
import type { FleetContext, FleetDetector } from './fleet-detector.ts';
import { FleetLedger } from './fleet-ledger.ts';

export interface FleetOutput {
  readonly findings: Finding[];
  readonly signals: SignalDraft[];
  readonly incidents: Incident[];
  /** Detectors that want to be woken, and when: log time in ms. */
  readonly wakes: Map<string, number>;
  readonly calibrations: Calibration[];
  readonly faults: DetectorFault[];
}

/** What the signals of one conversation, agent, … are keyed by. */
export interface FleetKey {
  readonly tenant: string;
  readonly keyKind: SignalKeyKind;
  readonly key: string;
}

/**
 * Judges across runs, signal by signal, over slots that its caller keeps, one set for each key. Pure: the same calls give the same
 * outputs, whether the slots were restored in between or not. A detector that throws at a key begins anew there, with nothing learned;
 * the others go on.
 */
export class FleetJudge {
  readonly #byKind: ReadonlyMap<SignalKeyKind, readonly FleetDetector[]>;

  /** Throws an Error when two detectors of one key kind have one name. */
  constructor(detectors: readonly FleetDetector[]) {
    this.#byKind = Map.groupBy(detectors, ({ keyKind }) => keyKind);
    for (const [keyKind, alike] of this.#byKind) {
      const names = new Set(alike.map(({ name }) => name));
      if (names.size !== alike.length) throw new Error(`two detectors of key kind ${keyKind} have one name`);
    }
  }

  /** Somebody judges signals of this kind. */
  judges(keyKind: SignalKeyKind): boolean {
    return this.#byKind.has(keyKind);
  }

  /** Of the detectors that judge signals of this kind. */
  namesOf(keyKind: SignalKeyKind): string[] {
    return (this.#byKind.get(keyKind) ?? []).map(({ name }) => name);
  }

  /** A signal came at log time `nowMs`. */
  onSignal(slots: Slots, signal: Signal, nowMs: number): FleetOutput {
    const output = noOutput();
    for (const detector of this.#byKind.get(signal.keyKind) ?? []) {
      this.#call(detector, signal, slots, nowMs, output, (context) => detector.onSignal(signal.body, context));
    }
    return output;
  }

  /** The time that a detector had asked for has come. */
  onWake(slots: Slots, name: string, at: FleetKey, nowMs: number): FleetOutput {
    const output = noOutput();
    const detector = this.#byKind.get(at.keyKind)?.find((each) => each.name === name);
    if (detector) this.#call(detector, at, slots, nowMs, output, (context) => detector.onWake?.(context));
    return output;
  }

  #call(
    detector: FleetDetector,
    { tenant, keyKind, key }: FleetKey,
    slots: Slots,
    now: number,
    output: FleetOutput,
    act: (context: FleetContext) => void,
  ): void {
    const own = new OwnSlots(slots, `${detector.name}/`);
    const said: (() => Finding | undefined)[] = [];
    const signals: SignalDraft[] = [];
    const incidents: Incident[] = [];
    const calibrations: Calibration[] = [];
    let wakeAt: number | undefined;
    const ledger = new FleetLedger(slots, `${keyKind}/${key}`);
    try {
      act({
        ...{ tenant, key, now, slots: own },
        report: (draft) => said.push(() => ledger.report(tenant, draft, now)),
        withdraw: (pattern, findingKey) => said.push(() => ledger.withdraw(tenant, pattern, findingKey, now)),
        tell: (incident) => incidents.push(incident),
        send: (signal) => signals.push(signal),
        publish: (calibration) => calibrations.push(calibration),
        wakeAt: (atMs) => {
          wakeAt = atMs;
        },
      });
    } catch (error) {
      for (const slot of [...own.keys()]) own.delete(slot);
      own.derived = undefined;
      output.faults.push(faultOf(detector.name, error));
      return;
    }
    if (wakeAt !== undefined) output.wakes.set(detector.name, wakeAt);
    for (const say of said) {
      const finding = say();
      if (!finding) continue;
      output.findings.push(finding);
      if (finding.scope !== 'fleet' && finding.sessionId !== '' && keyKind !== 'session') {
        output.signals.push({ keyKind: 'session', key: finding.sessionId, body: { finding } });
      }
    }
    output.signals.push(...signals);
    output.incidents.push(...incidents);
    output.calibrations.push(...calibrations);
  }
}

const noOutput = (): FleetOutput => ({
  findings: [],
  signals: [],
  incidents: [],
  calibrations: [],
  wakes: new Map(),
  faults: [],
});

/** Slots whose names begin alike, without that beginning. */
class OwnSlots implements Slots {
  readonly #slots: Slots;
  readonly #prefix: string;

  constructor(slots: Slots, prefix: string) {
    this.#slots = slots;
    this.#prefix = prefix;
  }

  get derived(): unknown {
    return derivedIn(this.#slots).get(this.#prefix);
  }

  set derived(value: unknown) {
    derivedIn(this.#slots).set(this.#prefix, value);
  }

  get<T>(slot: string): T | undefined {
    return this.#slots.get<T>(this.#prefix + slot);
  }

  put<T>(slot: string, value: T): void {
    this.#slots.put(this.#prefix + slot, value);
  }

  delete(slot: string): void {
    this.#slots.delete(this.#prefix + slot);
  }

  *keys(): Iterable<string> {
    for (const slot of this.#slots.keys()) if (slot.startsWith(this.#prefix)) yield slot.slice(this.#prefix.length);
  }
}

/** What each detector derived of its slots; no state. */
function derivedIn(slots: Slots): Map<string, unknown> {
  if (!(slots.derived instanceof Map)) slots.derived = new Map();
  return slots.derived as Map<string, unknown>;
}
