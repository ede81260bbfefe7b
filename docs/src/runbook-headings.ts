import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const NAMED = /\brunbook(?:: | = )'([^']+)'/g;
/** A call that logs an error, or may: up to its arguments. */
const ERROR_CALL = /\blogger(?:\.error|\[.*\])\(/g;

/** What is wrong between the errors that the services log and the runbook, a sentence each. */
export function runbookProblems(): string[] {
  const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
  const headings = new Set(
    runbook.split('\n').flatMap((line) => (line.startsWith('## ') ? [line.slice(3).trim()] : [])),
  );
  return [...sources()].flatMap(([file, source]) => [
    ...missingHeadings(source, headings).map(
      (heading) => `docs/runbook.md has no entry '${heading}', which ${file} names`,
    ),
    ...namelessErrors(source).map(
      (line) => `${file}:${line} logs an error without \`runbook\`, the entry that says what to do`,
    ),
  ]);
}

/** Entries that a source names and that are no heading. */
export function missingHeadings(source: string, headings: ReadonlySet<string>): string[] {
  return [...source.matchAll(NAMED)].map(([, heading = '']) => heading).filter((heading) => !headings.has(heading));
}

/** Lines with a call that logs an error and names no entry among its arguments. */
export function namelessErrors(source: string): number[] {
  return [...source.matchAll(ERROR_CALL)].flatMap(({ 0: call, index }) => {
    const begin = index + call.length;
    const isNamed = /\brunbook\b/.test(source.slice(begin, endOfArguments(source, begin)));
    return isNamed ? [] : [source.slice(0, index).split('\n').length];
  });
}

function endOfArguments(source: string, begin: number): number {
  let depth = 1;
  let at = begin;
  for (; at < source.length && depth > 0; at++) {
    if (source[at] === '(') depth++;
    if (source[at] === ')') depth--;
  }
  return at;
}

function* sources(): Generator<[file: string, source: string]> {
  for (const folder of ['services', 'packages']) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/^[^/]+\/src\/.*\.ts$/.test(file) || file.endsWith('.test.ts')) continue;
      yield [`${folder}/${file}`, readFileSync(join(root, folder, file), 'utf8')];
    }
  }
}
