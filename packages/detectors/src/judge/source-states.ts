import type { Attribute } from '@spanwise/schemas';
import type { DetectorFault } from '../detector/fault.ts';
import type { RunView } from '../detector/run-view.ts';
import type { SignalDraft, SignalSource } from '../signals/signal-source.ts';
import type { Slots } from '../slots.ts';
import { AskedStates } from './asked-states.ts';

/** Attributes of a run that are told. */
const MAX_ATTRIBUTES = 32;

/** Asks the sources of signals of one run what they send, and what it was like. */
export class SourceStates {
  readonly #states: AskedStates<SignalSource>;

  /** @param names of the sources' slots */
  constructor(sources: readonly SignalSource[], names: readonly string[], slots: Slots) {
    this.#states = new AskedStates(sources, names, slots, ({ name }) => name);
  }

  /**
   * @param ask calls a source; returns whether its state changed
   * @returns what they send, but for those that threw, which go to `faults`
   */
  ask(
    ask: (source: SignalSource, state: unknown, send: (signal: SignalDraft) => void) => boolean,
    faults: DetectorFault[],
  ): SignalDraft[] {
    const signals: SignalDraft[] = [];
    const sent: SignalDraft[] = [];
    const send = (signal: SignalDraft) => sent.push(signal);
    this.#states.ask((source, state) => ask(source, state, send), faults, {
      keep: () => signals.push(...sent.splice(0)),
      drop: () => sent.splice(0),
    });
    return signals;
  }

  /** What sources say that the run was like. */
  attributesOf(run: RunView, faults: DetectorFault[]): Attribute[] {
    const attributes: Attribute[] = [];
    this.#states.ask((source, state) => {
      if (source.attributes) attributes.push(...source.attributes(run, state));
      return false;
    }, faults);
    return attributes.slice(0, MAX_ATTRIBUTES);
  }
}
