import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '../command/usage-error.ts';
import { claimDataDir } from './data-dir.ts';

let dir: string;
let other: ChildProcess;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spanwise-data-dir-'));
  other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
});

afterEach(() => {
  other.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

const claimOf = (pid: number | undefined) => writeFileSync(join(dir, 'command.pid'), `${pid}\n`);

test('a folder that is asked for is made, and what is in it stays', () => {
  const asked = join(dir, 'a/b');
  expect(claimDataDir('demo', asked)).toBe(asked);
  writeFileSync(join(asked, 'data'), '');
  expect(claimDataDir('demo', asked)).toBe(asked);
  expect(existsSync(join(asked, 'data'))).toBe(true);
});

test('a folder on which another command is still starting is refused, and that command named', () => {
  claimOf(other.pid);
  expect(() => claimDataDir('demo', dir)).toThrow(
    new UsageError(
      `A pipeline is already running on ${dir} (process ${other.pid}): stop it, or choose another --data-dir.`,
    ),
  );
});

test('the claim of a command that was killed is void', async () => {
  claimOf(other.pid);
  const ended = new Promise((resolve) => other.once('exit', resolve));
  other.kill('SIGKILL');
  await ended;
  expect(claimDataDir('demo', dir)).toBe(dir);
});

test.each(['file', 'file/below'])('%s, where no folder can be, is refused in one sentence', (path) => {
  writeFileSync(join(dir, 'file'), '');
  expect(() => claimDataDir('demo', join(dir, path))).toThrow(
    /^Nothing can be written to .*: choose another --data-dir/,
  );
});

// In a process that can be killed: a loop in here could not be ended by the test's time limit.
test.skipIf(process.platform !== 'linux')('a folder whose parent takes no entries is refused in one sentence', () => {
  const demo = fileURLToPath(new URL('../demo/main.ts', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [demo, '--data-dir', '/proc/nope/below'], {
    encoding: 'utf8',
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: 'Nothing can be written to /proc/nope/below (ENOENT): choose another --data-dir.\n',
  });
});
