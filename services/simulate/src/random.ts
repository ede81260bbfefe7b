/**
 * A seeded stream of pseudo-random numbers: xoshiro128** 1.1 by David Blackman and Sebastiano Vigna
 * (https://prng.di.unimi.it/xoshiro128starstar.c), its state filled by SplitMix32. The same seed gives the same numbers on
 * every machine.
 */
export class Random {
  readonly #state: Uint32Array<ArrayBuffer>;

  constructor(seed: number | string) {
    let mixed = typeof seed === 'number' ? (seed ^ Math.floor(seed / 2 ** 32)) >>> 0 : fnv1a(seed);
    this.#state = Uint32Array.from({ length: 4 }, () => {
      mixed = (mixed + 0x9e3779b9) >>> 0;
      return finish(mixed);
    });
  }

  /** A stream of its own for a part of the simulation: what one part draws does not change what another gets. */
  fork(label: string | number): Random {
    return new Random(`${this.uint32()} ${label}`);
  }

  /** A whole number in [0, 2^32) */
  uint32(): number {
    const s = this.#state;
    const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = s;
    const result = Math.imul(rotate(Math.imul(s1, 5), 7), 9) >>> 0;
    const third = s2 ^ s0;
    const fourth = s3 ^ s1;
    s[1] = s1 ^ third;
    s[0] = s0 ^ fourth;
    s[2] = third ^ (s1 << 9);
    s[3] = rotate(fourth, 11);
    return result;
  }

  /** Uniform in [0, 1) */
  unit(): number {
    return this.uint32() / 2 ** 32;
  }

  /** Uniform whole number, both ends included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.unit() * (most - least + 1));
  }

  /** Uniform in [least, most) */
  between(least: number, most: number): number {
    return least + this.unit() * (most - least);
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** @throws RangeError when there is nothing to pick from */
  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.unit() * items.length)];
    if (items.length === 0) throw new RangeError('nothing to pick from');
    return item as T;
  }

  /** `count` different items (all of them if there are fewer), in random order: Fisher–Yates. */
  sample<T>(items: readonly T[], count: number): T[] {
    const left = [...items];
    const drawn: T[] = [];
    while (drawn.length < count && left.length > 0) {
      drawn.push(...left.splice(this.integer(0, left.length - 1), 1));
    }
    return drawn;
  }

  /** Lower-case hexadecimal digits */
  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += this.uint32().toString(16).padStart(8, '0');
    return text.slice(0, digits);
  }
}

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** The finaliser of MurmurHash3, as SplitMix32 uses it. */
function finish(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** FNV-1a, 32 bits, over UTF-16 units. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
