import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cuts, cutText, fitJson, fitLast, fitObject } from './caps.ts';
import { digest64 } from './digest.ts';
import { parseJson } from './json.ts';

describe('a text that is too long', () => {
  it('is cut with a mark, and its true length and digest are noted', () => {
    const cuts = new Cuts();
    expect(cuts.text('name', 'abcdef', 4)).toBe('abc…');
    expect(cuts.list).toEqual([{ field: 'name', length: 6, digest: digest64('abcdef') }]);
  });

  it('never ends in half a surrogate pair', () => expect(cutText('ab🌧c', 4).isWellFormed()).toBe(true));

  it('is not too long at exactly the cap', () => {
    const cuts = new Cuts();
    expect(cuts.text('name', 'abcd', 4)).toBe('abcd');
    expect(cuts.list).toEqual([]);
  });
});

it('lone surrogates, which UTF-8 cannot carry, are replaced', () => {
  expect(new Cuts().text('name', 'a\ud800b', 10)).toBe('a\ufffdb');
});

describe('JSON that is too long', () => {
  it('loses the ends of its longest texts first', () => {
    const text = fitJson({ id: 'A-1042', page: 'x'.repeat(5000) }, 200);
    expect(JSON.parse(text).id).toBe('A-1042');
    expect(text.length).toBeLessThanOrEqual(200);
  });

  it('is within its cap and still JSON, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.integer({ min: 3, max: 300 }), (value, cap) => {
        const text = fitJson(value, cap);
        JSON.parse(text);
        expect(text.length).toBeLessThanOrEqual(Math.max(cap, 3));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the last messages of a list', () => {
    const list = Array.from({ length: 50 }, (_, i) => ({ n: i, text: 'x'.repeat(20) }));
    const kept = JSON.parse(fitLast(list, 200));
    expect(kept.at(-1).n).toBe(49);
    expect(kept.length).toBeGreaterThan(2);
  });

  it('keeps the last message in part where it alone is too long', () => {
    const kept = JSON.parse(fitLast([{ a: 1 }, { text: 'x'.repeat(500) }], 100));
    expect(kept).toHaveLength(1);
    expect(kept[0].text.endsWith('…')).toBe(true);
  });

  it('drops the longest attributes and keeps the short ones whole, in their order', () => {
    expect(fitObject({ b: 1, long: 'x'.repeat(500), a: 'short' }, 100)).toBe('{"b":1,"a":"short"}');
  });
});

describe('a payload that is far too large', () => {
  const cpuMs = (work: () => void): number => {
    const from = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(from);
    return (user + system) / 1_000;
  };
  const members = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));

  it.each<[string, unknown]>([
    ['200,000 members', Object.fromEntries(members(200_000, (i) => [`key ${i}`, i] as const))],
    ['200,000 elements', members(200_000, (i) => ({ i }))],
    ['strings of a megabyte', members(4, () => 'x'.repeat(1_000_000))],
  ])('of %s is cut in one look at it', (_, value) => {
    let text = '';
    const parsing = cpuMs(() => JSON.parse(JSON.stringify(value)));
    const cutting = cpuMs(() => {
      text = fitJson(value, 16_384);
    });
    expect(text.length).toBeLessThanOrEqual(16_384);
    expect(() => JSON.parse(text)).not.toThrow();
    expect(cutting).toBeLessThan(100 + 5 * parsing);
  });

  it('is opaque text where it nests without end, and costs no memory to find out', () => {
    const text = '['.repeat(5_000_000);
    expect(cpuMs(() => expect(parseJson(text + ']'.repeat(5_000_000))).toBeUndefined())).toBeLessThan(1_000);
    const nested = `${'['.repeat(200)}"${'[{'.repeat(50_000)}\\""${']'.repeat(200)}`;
    expect(parseJson(nested)).toBeDefined();
  });
});
