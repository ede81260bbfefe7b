import { expect, it } from 'vitest';
import { isCorrecting, isHedged, saysCannot } from './turn-words.ts';

it.each([
  ['That is not what I asked for.', true],
  ['Actually, send it to my office instead.', true],
  ['I already told you my order number', true],
  ['It still doesn’t work', true],
  ['Das stimmt nicht', true],
  ['Yes please, go ahead. Thank you!', false],
  ['What is the right size for me?', false],
  ['', false],
])('a user who says %j corrects: %s', (text, expected) => {
  expect(isCorrecting(text)).toBe(expected);
});

it.each([
  ['I am unable to change a basic fare.', true],
  ['That isn’t possible any more.', true],
  ['I have changed it for you.', false],
])('%j says that it cannot be done: %s', (text, expected) => {
  expect(saysCannot(text)).toBe(expected);
});

it.each([
  ['It appears that the refund went through.', true],
  ['The refund went through.', false],
])('%j is hedged: %s', (text, expected) => {
  expect(isHedged(text)).toBe(expected);
});

it('looks at the ends of a long text only, and at once', () => {
  const long = 'might '.repeat(400_000);
  expect(isHedged(`${'x '.repeat(2_000)} perhaps ${'x '.repeat(2_000)}`)).toBe(false);
  expect(isHedged(long)).toBe(true);
});
