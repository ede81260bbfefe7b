import { expect, test } from 'vitest';
import { withoutEscapes } from './terminal-text.ts';

test.each([
  ['colours', '\x1b[1;31mError:\x1b[0m gone', 'Error: gone'],
  ['cursor movements and erased lines', '\x1b[2K\x1b[1Gdone\x1b[?25h', 'done'],
  ['titles, ended by a bell or by an escape', '\x1b]0;build\x07ok \x1b]8;;http://x\x1b\\link', 'ok link'],
  ['other escapes', '\x1b(Bplain\x1b=', 'plain'],
  ['colours that have lost their escape character', '[31mError: gone[0m', 'Error: gone'],
])('%s are no part of what a text says', (_what, text, said) => {
  expect(withoutEscapes(text)).toBe(said);
});

test.each(['a plain text', '[5m] average of load', '[1, 2]', 'see [31m'])('%j stays as it is', (text) => {
  expect(withoutEscapes(text)).toBe(text);
});

test('of a long text the beginning is read', () => {
  const long = `\x1b[31mred${'x'.repeat(20_000)}\x1b[0m`;
  expect(withoutEscapes(long)).toBe(`red${'x'.repeat(20_000)}\x1b[0m`);
});
