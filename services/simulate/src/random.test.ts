import { describe, expect, test } from 'vitest';
import { Random } from './random.ts';

const draw = (random: Random, count: number) => Array.from({ length: count }, () => random.uint32());

describe('a random stream', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(draw(new Random(7), 20)).toEqual(draw(new Random(7), 20));
    expect(draw(new Random(7), 20)).not.toEqual(draw(new Random(8), 20));
    expect(draw(new Random('a'), 20)).not.toEqual(draw(new Random('b'), 20));
  });

  test('gives its forks streams of their own', () => {
    const [a, b] = [new Random(7).fork('a'), new Random(7).fork('b')];
    expect(draw(a, 20)).not.toEqual(draw(b, 20));
  });

  test('is uniform', () => {
    const random = new Random(1);
    const hits = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i += 1) {
      const at = random.integer(0, 15);
      hits[at] = (hits[at] ?? 0) + 1;
    }
    // chi-square with 15 degrees of freedom: 44.3 is exceeded once in 10,000 times
    const chiSquare = hits.reduce((sum, hit) => sum + (hit - 1_000) ** 2 / 1_000, 0);
    expect(chiSquare).toBeLessThan(44.3);
  });

  test('samples different items, all of them if asked for more', () => {
    const random = new Random(3);
    expect(new Set(random.sample([1, 2, 3, 4, 5], 3)).size).toBe(3);
    expect(random.sample([1, 2], 9).toSorted()).toEqual([1, 2]);
  });

  test('has nothing to pick from an empty list', () => {
    expect(() => new Random(1).pick([])).toThrow('nothing to pick from');
  });

  test('writes as many hexadecimal digits as asked for', () => {
    expect(new Random(1).hex(32)).toMatch(/^[0-9a-f]{32}$/);
    expect(new Random(1).hex(5)).toMatch(/^[0-9a-f]{5}$/);
  });
});
