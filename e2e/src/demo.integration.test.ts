/** The demo as a person on a new machine runs it, with a pipeline of its own beside the one that runs already. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRunning } from '@spanwise/local';
import { expect, it } from 'vitest';
import { command } from './system.ts';

/** What the fleet injects, each at least once in a minute. */
const faults = [
  'abandoned_session',
  'clock_skew',
  'context_truncation',
  'malformed_output',
  'masked_tool_error',
  'no_progress_loop',
  'recovery',
  'retry_storm',
  'tool_misrouting',
  'unresolved_error',
];

interface DemoReport {
  ok: boolean;
  spansSent: number;
  findingsByPattern: Record<string, number>;
  injectedByPattern: Record<string, number>;
  sessionsByVerdict: Record<string, number>;
  services: Record<string, { ready: boolean; restarts: number }>;
}

it('a minute of the demo loses and doubles nothing, finds every kind of fault, and leaves nothing running', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'spanwise-e2e-demo-'));
  try {
    const [dataDir, file] = [join(scratch, 'data'), join(scratch, 'report.json')];
    const { code, output } = await command('demo', ['--for', '60s', '--report', file, '--data-dir', dataDir]).ended;
    expect(code, output).toBe(0);
    const report: DemoReport = JSON.parse(readFileSync(file, 'utf8'));
    expect(report).toMatchObject({ ok: true, problems: [], spansLost: 0, spansDuplicated: 0, deadLetters: 0 });
    expect(report.spansSent).toBeGreaterThan(1_000);
    expect(Object.keys(report.injectedByPattern).sort()).toEqual(faults);
    for (const fault of faults) {
      expect(report.injectedByPattern[fault], `${fault}, injected`).toBeGreaterThan(0);
      expect(report.findingsByPattern[fault], `${fault}, found`).toBeGreaterThan(0);
    }
    expect(Object.keys(report.sessionsByVerdict).sort()).toEqual(['abandoned', 'correct', 'failed', 'suspect']);
    expect(Object.values(report.services).map(({ ready, restarts }) => ({ ready, restarts }))).toEqual(
      Array(4).fill({ ready: true, restarts: 0 }),
    );
    expect(findRunning(dataDir)).toBeUndefined();
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});
