/**
 * Writes the pages that follow from the code: configuration.md, metrics.md and patterns.md. `--check` writes nothing and fails when a
 * committed page is not what the code says, or when an error in a log does not name an entry of the runbook.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { configurationPage } from './configuration-page.ts';
import { metricsPage } from './metrics-page.ts';
import { patternsPage } from './patterns-page.ts';
import { runbookProblems } from './runbook-headings.ts';

const pages = { 'configuration.md': configurationPage, 'metrics.md': metricsPage, 'patterns.md': patternsPage };

const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
for (const [name, write] of Object.entries(pages)) {
  const target = new URL(`../${name}`, import.meta.url);
  const page = await write();
  if (!values.check) writeFileSync(target, page);
  else if (readFileSync(target, 'utf8') !== page) {
    console.error(`docs/${name} is not what the code says: run \`node docs/src/generate.ts\``);
    process.exitCode = 1;
  }
}

for (const problem of runbookProblems()) {
  console.error(problem);
  process.exitCode = 1;
}
