import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PrerequisiteError, StartError } from './errors.ts';
import { spawnGuarded } from './guarded-process.ts';
import { startServer } from './start-server.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spanwise-start-'));
});
afterEach(() => rm(folder, { recursive: true }));

const fails = (message: string) => `console.error(${JSON.stringify(message)}); process.exit(1)`;
const works = `require('node:fs').writeFileSync('READY', ''); setInterval(() => {}, 1000)`;

/** Starts the programs one after the other, as attempts at one server that is ready when it has written a file. */
function attempts(programs: string[], progress: string[] = []) {
  const ready = join(folder, 'ready');
  return startServer({
    name: 'Server',
    dataDir: folder,
    portTaken: /Address already in use/,
    folderInUse: /is locked/,
    folderWaitMs: 900,
    onProgress: (line) => progress.push(line),
    async launch() {
      const program = programs.length > 1 ? programs.shift() : programs[0];
      const args = ['-e', (program ?? '').replace('READY', ready)];
      const logFile = join(folder, 'log');
      const process_ = await spawnGuarded({
        command: process.execPath,
        args,
        logFile,
        endSignal: 'TERM',
        killAfterSeconds: 1,
      });
      return { process: process_, handle: program };
    },
    isReady: async () => existsSync(ready),
  });
}

test('a port that another process was quicker to take is tried again', async () => {
  const server = await attempts([fails('Address already in use'), works]);
  expect(server.handle).toBe(works);
  await server.process.stop(1_000);
});

test('a folder that is being released is waited for, and says so once', async () => {
  const progress: string[] = [];
  const server = await attempts([fails('it is locked'), fails('it is locked'), works], progress);
  await server.process.stop(1_000);
  expect(progress).toEqual([`Server: waiting for the one before it to release ${folder}`]);
});

test('a folder that stays in use is one sentence', async () => {
  const failure = await attempts([fails('it is locked')]).catch((error) => error);
  expect(failure).toBeInstanceOf(PrerequisiteError);
  expect(failure.message).toBe(
    `Another Server is running on ${folder}: stop it, or choose another data folder (--data-dir).`,
  );
});

test('a server that ends says why, from its log', async () => {
  const failure = await attempts([fails('no space left on device')]).catch((error) => error);
  expect(failure).toBeInstanceOf(StartError);
  expect(failure.message).toBe(`Server ended while starting (log: ${join(folder, 'log')})\nno space left on device`);
});
