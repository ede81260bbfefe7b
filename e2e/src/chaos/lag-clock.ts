/** So far back ends of topics are remembered, milliseconds. */
const MEMORY_MS = 3_600_000;

interface Sample {
  readonly atMs: number;
  readonly end: number;
}

/** Tells how far behind a reader of a partition is in time, from where the partition ended when. */
export class LagClock {
  readonly #samples: Sample[] = [];
  #position = 0;
  #movedAtMs = 0;

  /** The partition ended there at that time; calls come in the order of time. */
  note(atMs: number, end: number): void {
    const last = this.#samples.at(-1);
    if (last && last.end === end) return;
    this.#samples.push({ atMs, end });
    while ((this.#samples[0]?.atMs ?? atMs) < atMs - MEMORY_MS) this.#samples.shift();
  }

  /** The reader stood there at that time; calls come in the order of time. Gives the time of its last move. */
  movedAtMs(atMs: number, position: number): number {
    if (position !== this.#position) this.#movedAtMs = atMs;
    this.#position = position;
    return this.#movedAtMs;
  }

  /** How long ago, in milliseconds, the partition began to hold what the reader has not read; 0 when it has read all. */
  behindMs(nowMs: number, position: number): number {
    const first = this.#samples.find(({ end }) => end > position);
    return first ? nowMs - first.atMs : 0;
  }
}
