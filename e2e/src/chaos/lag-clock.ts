/** So far back ends of topics are remembered, milliseconds. */
const MEMORY_MS = 3_600_000;

interface Sample {
  readonly atMs: number;
  readonly end: number;
}

/** Tells how far behind one reader of a partition is in time, from where the partition ended when. Every reader has a clock of its own. */
export class LagClock {
  readonly #samples: Sample[] = [];
  #position: number | undefined;
  #seenAtMs = 0;
  #movedAtMs = 0;

  /** The partition ended there at that time; calls come in the order of time. */
  note(atMs: number, end: number): void {
    const last = this.#samples.at(-1);
    if (last && last.end === end) return;
    this.#samples.push({ atMs, end });
    while ((this.#samples[0]?.atMs ?? atMs) < atMs - MEMORY_MS) this.#samples.shift();
  }

  /**
   * The reader stood there at that time; calls come in the order of time. Gives a time since which it has moved for certain: of
   * a move between two calls only the former one's. 0 as long as it was not seen to move.
   */
  movedAtMs(atMs: number, position: number): number {
    if (this.#position !== undefined && position !== this.#position) this.#movedAtMs = this.#seenAtMs;
    this.#position = position;
    this.#seenAtMs = atMs;
    return this.#movedAtMs;
  }

  /** How long ago, in milliseconds, the partition began to hold what the reader has not read; 0 when it has read all. */
  behindMs(nowMs: number, position: number): number {
    const first = this.#samples.find(({ end }) => end > position);
    return first ? nowMs - first.atMs : 0;
  }
}
