import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PrerequisiteError, StartError } from './errors.ts';
import { recordOwner } from './folder-owner.ts';
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
    home: folder,
    portTaken: /Address already in use/,
    folderLocked: /is locked/,
    folderWaitMs: 700,
    onProgress: (line) => progress.push(line),
    prepare: () => rm(ready, { force: true }),
    async launch() {
      const program = programs.shift() ?? fails('no more attempts');
      // The folder stands in a server's command line, as it does here.
      const args = ['-e', program.replace('READY', ready), folder];
      const logFile = join(folder, 'log');
      const command = { command: process.execPath, args, logFile, endSignal: 'TERM', killAfterSeconds: 1 } as const;
      return { process: await spawnGuarded(command), handle: program };
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
  const first = await attempts([works]);
  const progress: string[] = [];
  const second = attempts([works], progress);
  await sleep(300);
  await first.process.stop(1_000);
  await (await second).process.stop(1_000);
  expect(progress).toEqual([`Server: waiting for the one before it to release ${folder}`]);
});

test('a folder that stays in use is one sentence, and nothing in it is touched', async () => {
  const first = await attempts([works]);
  const failure = await attempts([works]).catch((error) => error);
  expect(failure).toBeInstanceOf(PrerequisiteError);
  expect(failure.message).toBe(
    `Another Server is running on ${folder}: stop it, or choose another data folder (--data-dir).`,
  );
  expect(existsSync(join(folder, 'ready'))).toBe(true);
  expect(existsSync(join(folder, 'log.previous'))).toBe(false);
  await first.process.stop(1_000);
});

test('a folder that the server itself finds locked is the same sentence', async () => {
  await expect(attempts([fails('it is locked')])).rejects.toThrow(/^Another Server is running on/);
});

test('a number that has passed to another program does not keep a folder', async () => {
  await recordOwner(folder, process.pid);
  const server = await attempts([works]);
  await server.process.stop(1_000);
});

test('a server that ends says why, from its log', async () => {
  const failure = await attempts([fails('no space left on device')]).catch((error) => error);
  expect(failure).toBeInstanceOf(StartError);
  expect(failure.message).toBe(`Server ended while starting (log: ${join(folder, 'log')})\nno space left on device`);
});
