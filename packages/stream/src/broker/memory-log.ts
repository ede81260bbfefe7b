import type { BrokerMessage } from './broker.ts';

export interface MemoryTransaction {
  state: 'open' | 'committed' | 'aborted';
}

interface LogEntry extends BrokerMessage {
  /** The end of a transaction: takes an offset, is never delivered. */
  readonly marker: boolean;
  readonly transaction: MemoryTransaction | undefined;
}

/** One partition in memory, as a read_committed consumer sees it. */
export class MemoryLog {
  #entries: LogEntry[] = [];
  #low = 0;

  get low(): number {
    return this.#low;
  }

  get high(): number {
    return this.#low + this.#entries.length;
  }

  /** Gives the offset. */
  append(value: Buffer | null, time: number, transaction?: MemoryTransaction): number {
    return this.#push(value, time, false, transaction);
  }

  mark(time: number): void {
    this.#push(null, time, true, undefined);
  }

  /** What a fetch from an offset gives: messages up to the first open transaction, and the offset that they reach. */
  read(from: number, most: number): { messages: BrokerMessage[]; endOffset: number } {
    const messages: BrokerMessage[] = [];
    let offset = Math.max(from, this.#low);
    for (; offset < this.high && messages.length < most; offset++) {
      const { marker, transaction, ...message } = this.#entries[offset - this.#low] as LogEntry;
      if (transaction?.state === 'open') break;
      if (!marker && transaction?.state !== 'aborted') messages.push(message);
    }
    return { messages, endOffset: offset };
  }

  deleteBefore(offset: number): void {
    const keep = Math.min(offset, this.high) - this.#low;
    if (keep <= 0) return;
    this.#entries = this.#entries.slice(keep);
    this.#low += keep;
  }

  #push(value: Buffer | null, time: number, marker: boolean, transaction: MemoryTransaction | undefined): number {
    const offset = this.high;
    this.#entries.push({ offset, key: null, value, time, marker, transaction });
    return offset;
  }
}
