import type { Random } from './random.ts';

/** Which things of a kind there are, by name: these alone, each as likely; or these with weights, of which 0 excludes. */
export type Choice = readonly string[] | Readonly<Record<string, number>>;

/** Things to draw from, each as likely as its weight says. */
export class Mix<T> {
  readonly items: readonly T[];
  /** Of each item; undefined where all are as likely. */
  readonly #weights: readonly number[] | undefined;

  constructor(items: readonly T[], weights?: readonly number[]) {
    this.items = items;
    this.#weights = weights?.some((weight) => weight !== weights[0]) ? weights : undefined;
  }

  /**
   * @param choice without, or empty: all in `usual`
   * @param all what can be chosen
   * @throws RangeError that names those there are, or the weight that cannot be
   */
  static of<T>(
    what: string,
    choice: Choice | undefined,
    { usual, all, nameOf }: { usual: readonly T[]; all: readonly T[]; nameOf: (item: T) => string },
  ): Mix<T> {
    const named = (name: string): T => {
      const item = all.find((each) => nameOf(each) === name);
      if (item !== undefined) return item;
      throw new RangeError(`there is no ${what} '${name}'; there are: ${all.map(nameOf).join(', ')}`);
    };
    if (choice === undefined || Object.keys(choice).length === 0) return new Mix(usual);
    if (isList(choice)) return new Mix(choice.map(named));
    const weighted = Object.entries(choice).map(([name, weight]) => {
      if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
        throw new RangeError(`the weight of ${what} '${name}' must be 0 or more, got ${weight}`);
      }
      return { item: named(name), weight };
    });
    const left = weighted.filter(({ weight }) => weight > 0);
    if (left.length === 0) throw new RangeError(`every ${what} has the weight 0: give one more, or choose others`);
    return new Mix(
      left.map(({ item }) => item),
      left.map(({ weight }) => weight),
    );
  }

  get size(): number {
    return this.items.length;
  }

  /** @throws RangeError when there is nothing to pick from */
  pick(random: Random): T {
    const [item] = this.#weights && this.size > 0 ? this.sample(1, random) : [random.pick(this.items)];
    return item as T;
  }

  /** `count` different items (all of them if there are fewer), in the order in which they are drawn. */
  sample(count: number, random: Random): T[] {
    if (!this.#weights) return random.sample(this.items, count);
    const left = this.items.map((item, i) => ({ item, weight: this.#weights?.[i] ?? 0 }));
    const drawn: T[] = [];
    while (drawn.length < count && left.length > 0) {
      let lot = random.unit() * left.reduce((sum, { weight }) => sum + weight, 0);
      const at = left.findIndex(({ weight }) => {
        lot -= weight;
        return lot < 0;
      });
      drawn.push(...left.splice(at, 1).map(({ item }) => item));
    }
    return drawn;
  }

  filter(isWanted: (item: T) => boolean): Mix<T> {
    const kept = this.items.flatMap((item, i) => (isWanted(item) ? [{ item, weight: this.#weights?.[i] ?? 1 }] : []));
    return new Mix(
      kept.map(({ item }) => item),
      kept.map(({ weight }) => weight),
    );
  }
}

// `Array.isArray` does not narrow a readonly array away
const isList = (choice: Choice): choice is readonly string[] => Array.isArray(choice);
