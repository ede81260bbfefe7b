import type { Needs, NormalNeeds, Quantity } from '../detector/normals.ts';
import { addSketch, addValue, countIn, halveSketch, type QuantileSketch, quantileOf } from './quantile-sketch.ts';
import type { Subject } from './subject.ts';

/** What the runs of somebody needed. */
export type NeedsCounts = Partial<Record<Quantity, QuantileSketch>>;

export const needsSubject: Subject<NeedsCounts, Partial<Needs>> = {
  empty: () => ({}),
  learn(counts, needs) {
    for (const [quantity, value] of Object.entries(needs) as [Quantity, number][]) {
      counts[quantity] ??= [];
      addValue(counts[quantity], value);
    }
  },
  seen: (counts) => countIn(counts.steps ?? []),
  halve(counts) {
    for (const sketch of Object.values(counts)) halveSketch(sketch);
  },
  merge(counts, apart) {
    for (const [quantity, sketch] of Object.entries(apart) as [Quantity, QuantileSketch][]) {
      counts[quantity] ??= [];
      addSketch(counts[quantity], sketch);
    }
  },
};

/** Counts that can be asked; each question is answered once. Not to be asked any more when the counts have changed. */
export class CountedNeeds implements NormalNeeds {
  readonly #counts: NeedsCounts;
  readonly #answers = new Map<string, number>();

  constructor(counts: NeedsCounts) {
    this.#counts = counts;
  }

  runs(quantity: Quantity): number {
    return this.#answer(quantity, countIn);
  }

  quantile(quantity: Quantity, share: number): number {
    return this.#answer(`${quantity} ${share}`, () => quantileOf(this.#counts[quantity] ?? [], share));
  }

  #answer(question: string, find: (sketch: QuantileSketch) => number): number {
    let answer = this.#answers.get(question);
    if (answer === undefined) {
      answer = find(this.#counts[question as Quantity] ?? []);
      this.#answers.set(question, answer);
    }
    return answer;
  }
}
