/** A partition as far as it matters for whether to fetch it. */
export interface Fetched {
  /** Its committed offset is known. */
  readonly begun: boolean;
  readonly paused: boolean;
  readonly writer: {
    /** Takes no more for now. */
    readonly full: boolean;
    /** An announced batch is being read again, and cannot leave the buffer before it is whole. */
    readonly recovering: boolean;
    readonly bufferedBytes: number;
  };
}

/**
 * Holds what waits for ClickHouse to about `bufferBytes` in all. A batch that is read again after a crash must be read to
 * its end whatever else comes, so its room is set aside before it begins: a few at a time, in half of the buffer, so that
 * one whose messages do not come does not keep the others from theirs.
 */
export class FetchBudget {
  readonly #bufferBytes: number;
  readonly #batchBytes: number;
  readonly #mostRecovering: number;

  /** `batchBytes`: of a whole batch, and of one announced before, about. */
  constructor({ bufferBytes, batchBytes }: { bufferBytes: number; batchBytes: number }) {
    this.#bufferBytes = bufferBytes;
    this.#batchBytes = Math.min(batchBytes, bufferBytes);
    this.#mostRecovering = Math.max(1, Math.floor(bufferBytes / 2 / batchBytes));
  }

  /** Of the paused partitions those to fetch now. */
  toResume<P extends Fetched>(partitions: Iterable<P>): P[] {
    const all = [...partitions];
    const waiting = all.filter(({ begun, paused, writer }) => begun && paused && !writer.full);
    const recovering = waiting.filter(({ writer }) => writer.recovering);
    const begin = this.#recoveriesToBegin(all, recovering);
    const spokenFor = this.#spokenFor(all) + begin.length * this.#batchBytes;
    // a batch that waits for room to be read again gets what is freed, or busy partitions would never leave it any
    const isWanting = begin.length < recovering.length && this.#reading(all) + begin.length < this.#mostRecovering;
    if (isWanting || spokenFor >= this.#bufferBytes) return begin;
    return [...begin, ...waiting.filter(({ writer }) => !writer.recovering)];
  }

  /** No room is left but for what is being read again. */
  isSpent(partitions: Iterable<Fetched>): boolean {
    return this.#spokenFor([...partitions]) >= this.#bufferBytes;
  }

  #recoveriesToBegin<P extends Fetched>(all: readonly P[], recovering: readonly P[]): P[] {
    const room = Math.floor((this.#bufferBytes - this.#spokenFor(all)) / this.#batchBytes);
    return recovering.slice(0, Math.max(0, Math.min(room, this.#mostRecovering - this.#reading(all))));
  }

  /** Bytes held, and what batches that are being read again have yet to bring. */
  #spokenFor(all: readonly Fetched[]): number {
    const bytes = all.map((partition) => {
      const { bufferedBytes } = partition.writer;
      return isReading(partition) ? Math.max(bufferedBytes, this.#batchBytes) : bufferedBytes;
    });
    return bytes.reduce((sum, held) => sum + held, 0);
  }

  #reading(all: readonly Fetched[]): number {
    return all.filter(isReading).length;
  }
}

function isReading({ paused, writer }: Fetched): boolean {
  return !paused && writer.recovering;
}
