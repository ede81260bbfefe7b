import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lastWords } from './last-words.ts';

const fatal = '{"level":"fatal","msg":"store could not start","err":{"message":"no such host","stack":"at …"}}';

test.each([
  [
    'the last failure in a service’s own log',
    `${fatal}\n{"level":"info","msg":"bye"}\n`,
    'store could not start: no such host',
  ],
  ['the last lines where nothing was logged as a failure', 'SyntaxError: oh\n  at x', 'SyntaxError: oh\n  at x'],
  ['nothing of an empty log', '', ''],
  ['the end of a long log', `${'x\n'.repeat(10_000)}${fatal}`, 'store could not start: no such host'],
])('%s', async (_name, content, words) => {
  const dir = mkdtempSync(join(tmpdir(), 'spanwise-words-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'log'), content);
  expect(await lastWords(join(dir, 'log'))).toBe(words);
  expect(await lastWords(join(dir, 'no log'))).toBe('');
});
