/** The chaos harness as a person runs it, for a minute and a half and at a rate that a busy machine sustains. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { faults } from './faults/faults.ts';
import type { ChaosReport, NoReport } from './report.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

const kinds = faults.map(({ kind }) => kind);

function chaos(args: string[], env = process.env): Promise<{ code: number | null; output: string }> {
  // ends with this process: the channel closes
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

it('loses nothing, doubles nothing and judges all the same, whatever is broken meanwhile', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'spanwise-chaos-test-'));
  try {
    const file = join(scratch, 'report.json');
    const load = ['--minutes', '1.5', '--seed', '1', '--rate', '1000'];
    // a system that is stuck is to be told of by its report, not by the time this test may take
    const { code, output } = await chaos([...load, '--patience', '240', '--report', file]);
    expect(code, output).toBe(0);
    const report: ChaosReport = JSON.parse(readFileSync(file, 'utf8'));
    expect(report).toMatchObject({
      ok: true,
      seed: 1,
      spansLost: 0,
      spansDuplicated: 0,
      findingsMissing: 0,
      findingsExtra: 0,
      findingsDiffering: 0,
      aggregatesDiffering: 0,
      problems: [],
    });
    expect(report.spansSent).toBeGreaterThan(50_000);
    expect(report.findingsExpected).toBeGreaterThan(100);
    expect(report.deadLettersFound).toBeGreaterThan(0);
    expect(report.replayed).toBeGreaterThan(0);
    expect(Math.min(...Object.values(report.spansPerSecondBy))).toBeGreaterThan(0);
    expect([...Object.keys(report.faults), ...Object.keys(report.skipped)].sort()).toEqual(kinds.toSorted());
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}, 900_000);

it('says what is wrong with its arguments', async () => {
  const { code, output } = await chaos(['--only', 'rain']);
  expect(code).toBe(2);
  expect(output).toMatch(/There is no fault 'rain'; there are: kill, /);
});

it('leaves no report of an earlier run behind where it breaks off', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'spanwise-chaos-test-'));
  try {
    const file = join(scratch, 'report.json');
    writeFileSync(file, '{"ok": true}');
    const { code, output } = await chaos(['--minutes', '0.5', '--report', file], {
      ...process.env,
      JAVA_HOME: join(scratch, 'no-java'),
    });
    expect(code, output).toBe(1);
    const report: NoReport = JSON.parse(readFileSync(file, 'utf8'));
    expect(report).toMatchObject({ ok: false, seed: 1, minutes: 0.5 });
    expect(report.problems[0]).toMatch(/^the run broke off: .*Java/);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});
