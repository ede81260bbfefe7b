/**
 * Writes the table of recognised names into README.md, from the declarations. `--check` writes nothing and fails when the
 * committed file is not what they say.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { conventionNames, conventionsTable } from './src/conventions/table.ts';

const target = new URL('./README.md', import.meta.url);
const BEGIN = '<!-- begin of generated names -->';
const END = '<!-- end of generated names -->';

const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
const readme = readFileSync(target, 'utf8');
const begin = readme.indexOf(BEGIN) + BEGIN.length;
const end = readme.indexOf(END);
if (begin < BEGIN.length || end < begin) throw new Error(`README.md needs the lines ${BEGIN} and ${END}`);
const generated = `\n\n\`Span.convention\` is one of ${conventionNames().join(', ')}.\n\n${conventionsTable()}\n\n`;
const updated = readme.slice(0, begin) + generated + readme.slice(end);
if (!values.check) writeFileSync(target, updated);
else if (updated !== readme) {
  console.error('packages/semconv/README.md is not what the declarations say: run `node generate-readme.ts` there');
  process.exitCode = 1;
}
