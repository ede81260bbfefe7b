/**
 * Keeps a metric's label bounded: the first `max` distinct values pass for the life of the process,
 * later ones become `other`; the empty value is `none` and costs nothing.
 */
export class LabelBudget {
  readonly #max: number;
  readonly #seen = new Set<string>();

  constructor(max: number) {
    if (!Number.isInteger(max) || max < 1)
      throw new RangeError(`a label budget must be a whole number ≥ 1, not ${max}`);
    this.#max = max;
  }

  value(value: string): string {
    if (value === '') return 'none';
    if (this.#seen.has(value)) return value;
    if (this.#seen.size >= this.#max) return 'other';
    this.#seen.add(value);
    return value;
  }
}
