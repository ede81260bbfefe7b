import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolder } from './make-folder.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spanwise-make-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('all that is missing of a path is made, and what is there stays', () => {
  makeFolder(join(dir, 'a/b/c'));
  writeFileSync(join(dir, 'a/b/file'), '');
  makeFolder(join(dir, 'a/b/c'));
  expect(existsSync(join(dir, 'a/b/c')) && existsSync(join(dir, 'a/b/file'))).toBe(true);
});

test('a path below a file is an error', () => {
  writeFileSync(join(dir, 'file'), '');
  expect(() => makeFolder(join(dir, 'file/a/b'))).toThrow('ENOTDIR');
});

// In a process that can be killed: a loop in here could not be ended by the test's time limit.
test.skipIf(process.platform !== 'linux').each([
  [
    'a data folder',
    ['--only', 'clickhouse', '--data-dir', '/proc/nope'],
    {},
    'Nothing can be written to /proc/nope/clickhouse (ENOENT): choose another data folder (--data-dir).\n',
  ],
  [
    'a cache',
    ['--only', 'kafka'],
    { SPANWISE_CACHE_DIR: '/proc/nope', JAVA_HOME: '' },
    'Nothing can be written to /proc/nope (ENOENT): set SPANWISE_CACHE_DIR to another folder.\n',
  ],
])('%s where no folder can be made is one sentence', (_name, args, settings, expected) => {
  const command = fileURLToPath(new URL('./main.ts', import.meta.url));
  const { status, stderr } = spawnSync(
    process.execPath,
    [command, ...args, ...(args.includes('--data-dir') ? [] : ['--data-dir', dir])],
    {
      env: { ...process.env, ...settings },
      encoding: 'utf8',
      timeout: 20_000,
      killSignal: 'SIGKILL',
    },
  );
  expect({ status, stderr }).toEqual({ status: 1, stderr: expected });
});
