import type { Attribute } from '@spanwise/schemas';
import type { DetectorFault } from '../detector/fault.ts';
import type { RunView } from '../detector/run-view.ts';
import type { SignalDraft, SignalSource } from '../signals/signal-source.ts';
import type { Slots } from '../slots.ts';

/** In place of a source's state: it threw in this run and is asked no more. */
const THREW = 'threw';

/** Attributes of a run that are told. */
const MAX_ATTRIBUTES = 32;

/** Asks the sources of signals of one run: slot `s/<name>` holds what each remembers. */
export class SourceStates {
  readonly #sources: readonly SignalSource[];
  readonly #slots: Slots;
  readonly #states: unknown[] = [];

  constructor(sources: readonly SignalSource[], slots: Slots) {
    this.#sources = sources;
    this.#slots = slots;
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
    for (let i = 0; i < this.#sources.length; i++) {
      const source = this.#sources[i] as SignalSource;
      const slot = `s/${source.name}`;
      let state = this.#states[i];
      if (state === undefined) {
        state = this.#slots.get(slot) ?? source.initialState();
        this.#states[i] = state;
      }
      if (state === THREW) continue;
      const sent: SignalDraft[] = [];
      try {
        if (ask(source, state, (signal) => sent.push(signal))) this.#slots.put(slot, state);
        signals.push(...sent);
      } catch (error) {
        this.#states[i] = THREW;
        this.#slots.put(slot, THREW);
        faults.push({ pattern: source.name, message: error instanceof Error ? error.message : String(error) });
      }
    }
    return signals;
  }

  /** What sources say that the run was like. */
  attributesOf(run: RunView, faults: DetectorFault[]): Attribute[] {
    const attributes: Attribute[] = [];
    this.ask((source, state) => {
      if (source.attributes) attributes.push(...source.attributes(run, state));
      return false;
    }, faults);
    return attributes.slice(0, MAX_ATTRIBUTES);
  }
}
