import { type DeadLetter, encodeAlone, type RecordName, type RecordTypes } from '@spanwise/schemas';
import type { OutgoingMessage } from './broker/broker.ts';
import { fittingLetter } from './dead-letter.ts';
import type { DeadLetterEvent } from './observer.ts';
import { OutputCollector } from './output-collector.ts';
import { DEAD_LETTERS, type Topology } from './topology.ts';

export type Buried = Pick<DeadLetter, 'offset' | 'reason' | 'detail' | 'key' | 'value'> & {
  /** Broker append time, ms. */
  time: number;
};

/** Collects what could not be processed, for the next commit. Kept apart from other outputs: a rollback must not lose any. */
export class DeadLetterBox<I extends RecordName> {
  readonly #topology: Topology<I>;
  readonly #partition: number;
  readonly #outputs: OutputCollector;
  #events: DeadLetterEvent[] = [];

  constructor(topology: Topology<I>, partition: number, deadLetterPartitions: number) {
    this.#topology = topology;
    this.#partition = partition;
    this.#outputs = new OutputCollector(
      new Map([[DEAD_LETTERS, { record: 'DeadLetter', partitions: deadLetterPartitions }]]),
    );
  }

  get size(): number {
    return this.#events.length;
  }

  bury({ offset, reason, detail, key, value, time }: Buried): void {
    const letter = fittingLetter({
      service: this.#topology.name,
      topic: this.#topology.input,
      partition: this.#partition,
      offset,
      reason,
      detail,
      key,
      value,
      time: time * 1000,
    });
    this.#outputs.add(DEAD_LETTERS, `${this.#partition}`, letter);
    this.#events.push({ partition: this.#partition, offset, reason, detail });
  }

  /** A record of a message whose other records are well: it is buried as a block of its own. Throws for no record. */
  buryRecord(record: RecordTypes[I], offset: number, time: number, detail: string): void {
    // a record may be dead because it has no key
    const key = attempt(() => Buffer.from(this.#topology.keyOf(record)));
    const value = attempt(() => encodeAlone(this.#topology.inputRecord, record));
    const place = value ? '' : 'it cannot be written again, and stands at its offset while retained. ';
    this.bury({ offset, reason: 'processor_error', detail: place + detail, key, value, time });
  }

  take(): { messages: OutgoingMessage[]; events: DeadLetterEvent[] } {
    this.#outputs.seal();
    const events = this.#events;
    this.#events = [];
    return { messages: this.#outputs.take(), events };
  }
}

function attempt(work: () => Buffer): Buffer | null {
  try {
    return work();
  } catch {
    return null;
  }
}
