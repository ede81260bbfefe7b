import { describe, expect, test } from 'vitest';
import { Mix } from './mix.ts';
import { Random } from './random.ts';

const all = { usual: ['a', 'b'], all: ['a', 'b', 'c'], nameOf: (item: string) => item };
const share = (mix: Mix<string>, item: string): number => {
  const random = new Random(1);
  const picked = Array.from({ length: 4_000 }, () => mix.pick(random));
  return picked.filter((each) => each === item).length / picked.length;
};

describe('a mix', () => {
  test('is the usual one where nothing is chosen', () => {
    expect(Mix.of('x', undefined, all).items).toEqual(['a', 'b']);
    expect(Mix.of('x', [], all).items).toEqual(['a', 'b']);
  });

  test('of names has each as likely', () => {
    expect(share(Mix.of('x', ['a', 'c'], all), 'c')).toBeCloseTo(0.5, 1);
  });

  test('of weights keeps them, and leaves out what has none', () => {
    const mix = Mix.of('x', { a: 1, b: 0, c: 3 }, all);
    expect(mix.items).toEqual(['a', 'c']);
    expect(share(mix, 'c')).toBeCloseTo(0.75, 1);
    expect(mix.filter((item) => item === 'a').items).toEqual(['a']);
  });

  test('gives different things in one sample, the weightier more often first', () => {
    const mix = Mix.of('x', { a: 1, b: 1, c: 8 }, all);
    const random = new Random(2);
    const samples = Array.from({ length: 500 }, () => mix.sample(5, random));
    for (const sample of samples) expect(sample.toSorted()).toEqual(['a', 'b', 'c']);
    expect(samples.filter(([first]) => first === 'c').length / samples.length).toBeCloseTo(0.8, 1);
  });

  test('of equal weights draws what one without weights draws', () => {
    const draw = (mix: Mix<string>) => [mix.pick(new Random(3)), ...mix.sample(2, new Random(4))];
    expect(draw(Mix.of('x', { a: 2, b: 2 }, all))).toEqual(draw(Mix.of('x', undefined, all)));
  });

  test.each([
    ['a name that nobody knows', ['d'], "there is no x 'd'; there are: a, b, c"],
    ['a negative weight', { a: -1 }, "the weight of x 'a' must be 0 or more, got -1"],
    ['weights of nothing', { a: 0 }, 'every x has the weight 0'],
  ])('refuses %s', (_, choice, message) => {
    expect(() => Mix.of('x', choice, all)).toThrow(message);
  });
});
