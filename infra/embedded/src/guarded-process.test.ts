import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { spawnGuarded, tailOfLog } from './guarded-process.ts';

let folder: string;
let logFile: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spanwise-guard-'));
  logFile = join(folder, 'log');
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes what it is told to end by, so that a test can tell an orderly end from a kill. */
const orderly = `process.on('SIGTERM', () => { console.log('asked to end'); process.exit(0); }); console.log('up'); setInterval(() => {}, 1000);`;
const stubborn = `process.on('SIGTERM', () => console.log('refused')); console.log('up'); setInterval(() => {}, 1000);`;

const start = (script: string, killAfterSeconds = 5) =>
  spawnGuarded({ command: process.execPath, args: ['-e', script], logFile, endSignal: 'TERM', killAfterSeconds });

test('stop asks the program to end and waits for it', async () => {
  const program = await start(orderly);
  await logged('up');
  expect(await program.stop(5_000)).toEqual({ code: 0, signal: null });
  expect(await readFile(logFile, 'utf8')).toBe('up\nasked to end\n');
  await groupIsGone(program.pid);
});

test('a program that will not end is killed', async () => {
  const program = await start(stubborn);
  await logged('up');
  expect(await program.stop(300)).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await readFile(logFile, 'utf8')).toBe('up\nrefused\n');
  await groupIsGone(program.pid);
});

test('the end of a program by itself is told, and takes the guard along', async () => {
  const program = await start('process.exit(3)');
  expect(await program.exited).toEqual({ code: 3, signal: null });
  await groupIsGone(program.pid);
});

test.each([
  ['an orderly program is asked to end', orderly, 'asked to end'],
  ['a stubborn one is killed', stubborn, 'refused'],
])('after kill -9 of its parent %s', async (_name, script, said) => {
  const parent = `
    import { spawnGuarded } from ${JSON.stringify(new URL('./guarded-process.ts', import.meta.url).href)};
    const program = await spawnGuarded(${JSON.stringify({ command: process.execPath, args: ['-e', script], logFile, endSignal: 'TERM', killAfterSeconds: 1 })});
    console.log(program.pid);`;
  const launcher = spawn(process.execPath, ['--input-type=module', '-e', parent], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = Number(String((await once(launcher.stdout, 'data'))[0]));
  await logged('up');
  launcher.kill('SIGKILL');
  await groupIsGone(pid);
  expect(await readFile(logFile, 'utf8')).toBe(`up\n${said}\n`);
});

test('the log of the start before is kept, the tail is whole lines', async () => {
  await (await start('console.log("first")')).exited;
  await (await start('console.log("a".repeat(50)); console.log("last")')).exited;
  expect(await readFile(`${logFile}.previous`, 'utf8')).toBe('first\n');
  expect(await tailOfLog(logFile, 20)).toBe('last');
  expect(await tailOfLog(join(folder, 'none'))).toBe('');
});

async function logged(text: string): Promise<void> {
  await until(async () => existsSync(logFile) && (await readFile(logFile, 'utf8')).includes(text));
}

/** Nothing of the program's session runs; what init has not collected yet (state Z) does not count. */
async function groupIsGone(pid: number): Promise<void> {
  await until(async () => {
    const processes = execFileSync('ps', ['-A', '-o', 'pgid=,state='], { encoding: 'utf8' }).split('\n');
    return !processes.some((line) => line.trim().startsWith(`${pid} `) && !line.endsWith('Z'));
  });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 60_000; !(await condition()); await sleep(20)) {
    if (performance.now() > deadline) throw new Error('not within 60 s');
  }
}
