// Sums every package's test-results.json: the skipped tests by name and number, then `N passed, N failed` as the last line.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8'));
const folders = workspaces.flatMap((pattern) =>
  pattern.endsWith('/*') ? readdirSync(pattern.slice(0, -2)).map((name) => pattern.slice(0, -1) + name) : [pattern],
);

let passed = 0;
let failed = 0;
const skipped = [];
for (const folder of folders) {
  const manifest = `${folder}/package.json`;
  if (!existsSync(manifest) || !JSON.parse(readFileSync(manifest, 'utf8')).scripts?.test) continue;
  const file = `${folder}/test-results.json`;
  if (!existsSync(file)) {
    console.log(`no test results of ${folder}: its tests did not run`);
    failed++;
    continue;
  }
  for (const suite of JSON.parse(readFileSync(file, 'utf8')).testResults) {
    // a file that fails to load has no test results of its own
    if (suite.status === 'failed' && suite.assertionResults.length === 0) failed++;
    for (const test of suite.assertionResults) {
      if (test.status === 'passed') passed++;
      else if (test.status === 'failed') failed++;
      else skipped.push(`${folder}: ${test.fullName}`);
    }
  }
}
for (const name of skipped) console.log(`skipped ${name}`);
if (skipped.length > 0) console.log(`${skipped.length} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
