import type { Signal, SignalKeyKind } from '@spanwise/schemas';
import { type Processor, type ProcessorContext, StateLoad } from '@spanwise/stream';
import type { FleetProcessor } from './fleet-processor.ts';
import type { SessionProcessor } from './session-processor.ts';
import { LONGEST_ID, type SignalProcessor } from './signals.ts';

/** Hands the signals of one partition to who judges their kind of key. */
export class CorrelateProcessor implements Processor<Signal> {
  readonly #sessions: SessionProcessor;
  readonly #fleet: FleetProcessor;
  readonly #isJudged: (keyKind: SignalKeyKind) => boolean;
  readonly #load: StateLoad;

  constructor(parts: {
    sessions: SessionProcessor;
    fleet: FleetProcessor;
    isJudged: (keyKind: SignalKeyKind) => boolean;
    load: StateLoad;
  }) {
    this.#sessions = parts.sessions;
    this.#fleet = parts.fleet;
    this.#isJudged = parts.isJudged;
    this.#load = parts.load;
  }

  process(signal: Signal, context: ProcessorContext): void {
    const { tenant, key, keyKind } = signal;
    if (tenant.length > LONGEST_ID || key.length > LONGEST_ID) {
      throw new RangeError(`tenant or key of ${tenant.length + key.length} characters, at most ${LONGEST_ID} each`);
    }
    this.#processorOf(keyKind).process(signal, context);
  }

  punctuate(key: string, timer: string, context: ProcessorContext): void {
    if (key === StateLoad.KEY) this.#load.weigh(context);
    else if (this.#sessions.owns(timer)) this.#sessions.punctuate(key, timer, context);
    else this.#fleet.punctuate(key, timer, context);
  }

  beforeCommit(): void {
    this.#sessions.beforeCommit();
    this.#fleet.beforeCommit();
  }

  afterCommit(): void {
    this.#sessions.afterCommit();
    this.#fleet.afterCommit();
  }

  #processorOf(keyKind: SignalKeyKind): SignalProcessor {
    // it becomes a dead letter: a later version of this service can take it up
    if (!this.#isJudged(keyKind)) throw new TypeError(`nothing judges signals of key kind ${keyKind}`);
    return keyKind === 'session' ? this.#sessions : this.#fleet;
  }
}
