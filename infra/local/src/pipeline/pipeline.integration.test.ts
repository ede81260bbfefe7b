import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordedAgents } from '../../test/recorded-agents.ts';
import { loadLocalConfig } from '../config.ts';
import { type DemoCommand, parseDemoCommand } from '../demo/command-line.ts';
import { DemoRun } from '../demo/demo-run.ts';
import { DemoScreen } from '../demo/screen.ts';
import type { ReplayReport } from '../replay/report.ts';
import { type PipelineHandle, type PipelineOptions, startPipeline } from './pipeline.ts';
import { findRunning, type RunningPipeline } from './state-file.ts';

let dir: string;
let dataDir: string;
let options: PipelineOptions;
let pipeline: PipelineHandle;

beforeAll(async () => {
  dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'spanwise-local-'));
  dataDir = join(dir, 'data');
  options = {
    config: loadLocalConfig(),
    dataDir,
    ports: { chosen: {}, others: 'any' },
    lifetimes: {
      SPANWISE_DETECT_RUN_QUIET: '2s',
      SPANWISE_DETECT_RUN_ABANDON: '8s',
      SPANWISE_DETECT_LATE_GRACE: '8s',
      SPANWISE_CORRELATE_SESSION_GAP: '4s',
    },
    onProgress: () => {},
  };
  pipeline = await startPipeline(options);
});

afterAll(async () => {
  await pipeline?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Runs a command of this package as a person would, and gives its exit code and what it printed. */
function command(name: string, args: string[]): Promise<{ code: number; out: string; err: string }> {
  const script = fileURLToPath(new URL(`../${name}/main.ts`, import.meta.url));
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [script, ...args, '--data-dir', dataDir], (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
    child.stdin?.end();
  });
}

function recording(name: string, conversations: number): string {
  const file = join(dir, `${name}.jsonl`);
  writeFileSync(file, `${recordedAgents(conversations, name).join('\n')}\n`);
  return file;
}

async function replay(files: string[], ...options: string[]): Promise<ReplayReport & { code: number }> {
  const reportFile = join(dir, 'report.json');
  const { code, err } = await command('replay', [...files, '--report', reportFile, ...options]);
  expect(err).toContain('Replaying into the pipeline that runs');
  return { ...(JSON.parse(readFileSync(reportFile, 'utf8')) as ReplayReport), code };
}

const running = () => findRunning(dataDir) as RunningPipeline;
const pidOf = (name: string) => running().services.find((service) => service.name === name)?.pid as number;

test('a demo that was asked to end before its first look ends', async () => {
  const command = parseDemoCommand(['--no-fleet']) as DemoCommand;
  const { config } = options;
  const screen = new DemoScreen(process.stdout);
  const run = new DemoRun({ command, config, pipeline, screen, stop: AbortSignal.abort() });
  expect(await run.run()).toBeUndefined();
});

test('the running pipeline is found by its data folder, with all services and their metrics', async () => {
  expect(running().services.map(({ name }) => name)).toEqual(['ingest', 'detect', 'correlate', 'store']);
  for (const { metricsUrl } of running().services) {
    expect(await (await fetch(metricsUrl)).text()).toContain('process_cpu_seconds_total');
  }
  await expect(startPipeline(options)).rejects.toThrow('already running');
});

test('a replayed file comes out whole: spans once, a final verdict per session, failures found, labels compared', async () => {
  const file = recording('whole', 4);
  const labels = join(dir, 'labels.jsonl');
  const outcomes = [0, 1, 2, 3].map((n) => JSON.stringify({ session_id: `whole-${n}`, success: n % 4 !== 0 }));
  writeFileSync(labels, outcomes.join('\n'));
  const report = await replay([file], '--labels', labels);
  expect(report).toMatchObject({
    code: 0,
    ok: true,
    files: [
      {
        file,
        spansRead: 48,
        spansStored: 48,
        spansLost: 0,
        spansDuplicated: 0,
        runs: 8,
        sessions: 4,
        finalVerdicts: 4,
        deadLetters: 0,
        auc: 1,
      },
    ],
  });
  expect(Object.keys(report.files[0]?.findingsByPattern ?? {})).not.toEqual([]);
});

test('counts stay exact when detect and store are killed in the middle', async () => {
  const file = recording('killed', 300);
  const killed = (async () => {
    for (const name of ['detect', 'store']) {
      await sleep(1_500);
      process.kill(pidOf(name), 'SIGKILL');
    }
  })();
  const report = await replay([file]);
  await killed;
  expect(report.problems).toEqual([]);
  expect(report.files).toMatchObject([
    { spansRead: 3_600, spansStored: 3_600, spansDuplicated: 0, runs: 600, sessions: 300, finalVerdicts: 300 },
  ]);
  expect(
    running()
      .services.filter(({ restarts }) => restarts > 0)
      .map(({ name }) => name),
  ).toEqual(['detect', 'store']);
});

test('a file that is no traces makes the replay fail, and says so', async () => {
  const file = join(dir, 'logs.json');
  writeFileSync(file, '{"resourceLogs":[]}');
  const report = await replay([file]);
  expect(report).toMatchObject({ code: 1, ok: false, problems: [expect.stringContaining('logs')] });
});

test('SQL runs against it: statements, formats, errors', async () => {
  const count = await command('sql', ['SELECT count() AS spans FROM spans', '--format', 'JSONEachRow']);
  expect(count).toMatchObject({ code: 0, out: '{"spans":3648}\n' });
  const two = await command('sql', ["SELECT ';' AS a FORMAT CSV; SELECT 2 FORMAT CSV;"]);
  expect(two.out).toBe('";"\n2\n');
  const wrong = await command('sql', ['SELEC 1']);
  expect(wrong).toMatchObject({ code: 1, out: '', err: expect.stringContaining('Syntax error') });
});

test('when it has ended, nothing is left: no process, no state, and SQL says what to do', async () => {
  const pids = running().services.map(({ pid }) => pid as number);
  await pipeline.stop();
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(findRunning(dataDir)).toBeUndefined();
  const { code, err } = await command('sql', ['SELECT 1']);
  expect(code).toBe(1);
  expect(err).toContain('npm run demo');
});
