import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonText } from './json-text.ts';

test('every JSON text is complete', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom('', ' ', '\n and more'), (text, rest) => {
      expect(jsonText(` ${text}${rest}`)).toEqual({ form: 'complete', end: text.length + 1 });
    }),
  );
});

test('every beginning of an object or array is cut', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())),
      fc.nat(),
      (value, n) => {
        const text = JSON.stringify(value, null, 1);
        expect(jsonText(text.slice(0, n % text.length))).toEqual({ form: 'cut' });
      },
    ),
  );
});

test('agrees with JSON.parse on what is no JSON', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.constantFrom(',', '"', '}', ']', ':', "'", 'x', ''), (json, n, char) => {
      const at = n % json.length;
      const text = `${json.slice(0, at)}${char}${json.slice(at + 1)}`;
      const read = jsonText(text);
      const isWhole = read.form === 'complete' && text.slice(read.end).trim() === '';
      let parses = true;
      try {
        JSON.parse(text);
      } catch {
        parses = false;
      }
      expect(isWhole).toBe(parses);
    }),
  );
});

test.each([
  ["{'a': 1}", 1],
  ['{"a": 1,}', 8],
  ['{"a" 1}', 5],
  ['[1 2]', 3],
  ['{"a": undefined}', 6],
  ['{"a": "b" "c"}', 10],
])('%s breaks at its place', (text, at) => {
  expect(jsonText(text)).toEqual({ form: 'broken', at });
});

test('a deep text takes no stack', () => {
  expect(jsonText('['.repeat(100_000))).toEqual({ form: 'cut' });
});
