import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, parseJson, plain, toJson } from './json.ts';

describe('parseJson', () => {
  it.each([
    ['an object', '{"a":1}', { a: 1 }],
    ['an array behind white space', ' \n[1,2]', [1, 2]],
    ['a quoted text', '"A-1042"', 'A-1042'],
  ])('reads %s', (_, text, value) => expect(parseJson(text)).toEqual(value));

  it.each(['A-1042', '42', 'null', 'true', '', '{half', "{'python': 1}"])('leaves %j alone', (text) => {
    expect(parseJson(text)).toBeUndefined();
  });

  it.each([
    '{"id":12345678901234567890}',
    '{"a":[1,-98765432109876543210],"b":"1234567890123456"}',
    '[9007199254740993]',
  ])('keeps the digits of %s', (text) => expect(JSON.stringify(parseJson(text))).toBe(text));

  it('finds long integers wherever they stand', () => {
    for (let offset = 0; offset < 40; offset++) {
      const text = `{"${'k'.repeat(offset)}":9007199254740993}`;
      expect(JSON.stringify(parseJson(text))).toBe(text);
    }
  });
});

describe('canonicalJson', () => {
  it.each([
    ['sorts keys at every depth', { b: [{ d: 1, c: 2 }], a: '' }, '{"a":"","b":[{"c":2,"d":1}]}'],
    ['keeps the order of lists', [2, 1], '[2,1]'],
    [
      'writes int64, bytes and numbers that JSON lacks as text',
      { a: 5n, b: new Uint8Array([1, 2, 255, 0]), c: Number.NaN },
      '{"a":"5","b":"AQL/AA==","c":"NaN"}',
    ],
    ['keeps a key called __proto__', JSON.parse('{"z":1,"__proto__":{"x":1}}'), '{"__proto__":{"x":1},"z":1}'],
    ['writes absent as null', undefined, 'null'],
  ])('%s', (_, value, text) => expect(canonicalJson(value)).toBe(text));

  it('is one text for equal values, whatever the order of their keys', () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== 'object' || value === null) return value;
      const reversed = Object.entries(value).reverse();
      return Object.fromEntries(reversed.map(([key, member]) => [key, shuffled(member)]));
    };
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const sent = JSON.parse(JSON.stringify(value));
        expect(canonicalJson(shuffled(sent))).toBe(canonicalJson(sent));
        expect(JSON.parse(canonicalJson(sent))).toEqual(sent);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses what is nested beyond reason', () => {
    expect(() => canonicalJson(JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`))).toThrow(RangeError);
  });
});

describe('toJson', () => {
  it('writes what is nested beyond reason down to a mark', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`);
    expect(toJson(deep)).toContain('"…"');
  });

  it.each([
    [1n << 60n, '1152921504606846976'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [null, null],
  ])('knows %s', (value, text) => expect(plain(value)).toBe(text));
});
