// Sums every package's test-results.json: the skipped, the flaky and the failed tests by name, why these failed, then
// `N passed, N failed` as the last line.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8'));
const folders = workspaces.flatMap((pattern) =>
  pattern.endsWith('/*') ? readdirSync(pattern.slice(0, -2)).map((name) => pattern.slice(0, -1) + name) : [pattern],
);

let passed = 0;
const failures = [];
const flaky = [];
const skipped = [];
for (const folder of folders) {
  const manifest = `${folder}/package.json`;
  if (!existsSync(manifest) || !JSON.parse(readFileSync(manifest, 'utf8')).scripts?.test) continue;
  const file = `${folder}/test-results.json`;
  if (!existsSync(file)) {
    failures.push(`${folder}: its tests did not run, it has no test results`);
    continue;
  }
  for (const suite of JSON.parse(readFileSync(file, 'utf8')).testResults) {
    // a file that fails to load, or to prepare its tests, has no failed test of its own
    if (suite.status === 'failed' && suite.assertionResults.every(({ status }) => status !== 'failed'))
      failures.push(told(suite.name, suite.message));
    for (const test of suite.assertionResults) {
      if (test.status === 'passed') {
        passed++;
        // it failed before it passed
        if (test.failureMessages.length > 0)
          flaky.push(told(`${folder}: ${test.fullName}`, test.failureMessages.join('\n')));
      } else if (test.status === 'failed') {
        failures.push(told(`${folder}: ${test.fullName}`, test.failureMessages.join('\n')));
      } else skipped.push(`${folder}: ${test.fullName}`);
    }
  }
}
for (const name of skipped) console.log(`skipped ${name}`);
if (skipped.length > 0) console.log(`${skipped.length} skipped`);
for (const failure of flaky) console.log(`FLAKY, passed when tried again: ${failure}`);
for (const failure of failures) console.log(`FAILED ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;

/** A failure as a log shows it: its first lines, since those of a random test can fill pages. */
function told(name, message = '') {
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => line.trim());
  return [name, ...lines.slice(0, 30).map((line) => `    ${line.slice(0, 300)}`)].join('\n');
}
