import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wordsWithDigits } from './words-with-digits.ts';

/** What the words are, as an expression says it. */
const MODEL = /(?:([A-Za-z]{3,9})\.? )?([^\s"'()[\]{}<>;!?]*\d[^\s"'()[\]{}<>;!?]*)/g;

it('finds the words with digits and the words before them', () => {
  expect(wordsWithDigits('On Mar. 5, order #W12 (2 items): $3,000.50! Wednesdays 7')).toEqual([
    { word: '5,', before: 'Mar' },
    { word: '#W12', before: 'order' },
    { word: '2', before: '' },
    { word: '$3,000.50', before: '' },
    { word: '7', before: 'ednesdays' },
  ]);
});

it('finds what the expression finds, in any text', () => {
  const text = fc
    .array(
      fc.constantFrom(
        'a',
        'May',
        'wordsthatarelong',
        '5',
        '17',
        ' ',
        '  ',
        '.',
        '. ',
        ',',
        '"',
        '(',
        '\n',
        '-',
        '\u00a0',
        'é',
      ),
    )
    .map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, (given) => {
      const expected = [...given.matchAll(MODEL)].map(([, before = '', word = '']) => ({ word, before }));
      expect(wordsWithDigits(given)).toEqual(expected);
    }),
    { numRuns: 2_000 },
  );
});
