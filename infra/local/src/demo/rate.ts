/** Speed of a counter over a sliding window, for a person: whole numbers a second. */
export class Rate {
  readonly #windowMs: number;
  #samples: { readonly count: number; readonly atMs: number }[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  of(count: number, nowMs: number): number {
    // the last sample from before the window stays: looks may be further apart than it is wide
    while ((this.#samples[1]?.atMs ?? nowMs) <= nowMs - this.#windowMs) this.#samples.shift();
    this.#samples.push({ count, atMs: nowMs });
    const first = this.#samples[0];
    if (!first || first.atMs === nowMs) return 0;
    return Math.round(((count - first.count) * 1_000) / (nowMs - first.atMs));
  }
}
