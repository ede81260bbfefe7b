import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const NAMED = /\brunbook: '([^']+)'/g;

/** Entries of the runbook that errors in the logs name, with the files that name them, and that are no heading there. */
export function missingHeadings(): { heading: string; file: string }[] {
  const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
  const headings = new Set(
    runbook.split('\n').flatMap((line) => (line.startsWith('## ') ? [line.slice(3).trim()] : [])),
  );
  const missing: { heading: string; file: string }[] = [];
  for (const folder of ['services', 'packages']) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/^[^/]+\/src\/.*\.ts$/.test(file)) continue;
      for (const [, heading = ''] of readFileSync(join(root, folder, file), 'utf8').matchAll(NAMED)) {
        if (!headings.has(heading)) missing.push({ heading, file: `${folder}/${file}` });
      }
    }
  }
  return missing;
}
