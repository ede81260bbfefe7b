/** Speed of a counter over a sliding window, for a person: whole numbers a second. */
export class Rate {
  readonly #windowMs: number;
  #samples: { readonly count: number; readonly atMs: number }[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  of(count: number, nowMs: number): number {
    this.#samples = this.#samples.filter(({ atMs }) => nowMs - atMs <= this.#windowMs);
    this.#samples.push({ count, atMs: nowMs });
    const first = this.#samples[0];
    if (!first || first.atMs === nowMs) return 0;
    return Math.round(((count - first.count) * 1_000) / (nowMs - first.atMs));
  }
}
