import { type SignalDraft, signalBody } from '@spanwise/detectors';
import type { Signal, SignalKeyKind } from '@spanwise/schemas';
import type { ProcessorContext } from '@spanwise/stream';

/** Judges the signals of some kinds of keys, in one partition. */
export interface SignalProcessor {
  process(signal: Signal, context: ProcessorContext): void;
  punctuate(key: string, timer: string, context: ProcessorContext): void;
  beforeCommit(): void;
  /** Here, and only here, counters that the world sees may move. */
  afterCommit(): void;
}

/** Characters of a tenant or a key at most, as `ingest` cuts them and `detect` lets them pass. */
export const LONGEST_ID = 256;

/** The key whose state a signal touches, and its Kafka key. */
export const signalKey = ({ tenant, keyKind, key }: Pick<Signal, 'tenant' | 'keyKind' | 'key'>): string =>
  `${tenant}/${keyKind}/${key}`;

/** Sends signals to where those of their keys meet; none that nobody judges. */
export class SignalSender {
  readonly #topic: string;
  readonly #isJudged: (keyKind: SignalKeyKind) => boolean;

  constructor(topic: string, isJudged: (keyKind: SignalKeyKind) => boolean) {
    this.#topic = topic;
    this.#isJudged = isJudged;
  }

  send(tenant: string, { keyKind, key, body }: SignalDraft, context: ProcessorContext): void {
    if (!this.#isJudged(keyKind)) return;
    const to = { tenant, keyKind, key: key.slice(0, LONGEST_ID) };
    const signal = { ...to, emittedTime: context.dueTime * 1_000, source: 'correlate', body: signalBody(body) };
    if (keyKind === 'partition') context.forwardToAll(this.#topic, signal);
    else context.forward(this.#topic, signalKey(to), signal);
  }
}
