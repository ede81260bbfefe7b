import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PrerequisiteError } from './errors.ts';

const run = promisify(execFile);
const pollMs = 100;
/** A server whose parent has just died needs some seconds to end. */
const defaultWaitMs = 15_000;

/** Notes which process serves a folder. */
export async function recordOwner(home: string, pid: number): Promise<void> {
  await writeFile(pidFile(home), String(pid));
}

/**
 * Waits until no server runs on the folder, so that nothing in it is touched while one does. (A server has its own
 * lock too, but takes it after we have renewed its configuration and log.)
 *
 * @throws PrerequisiteError if one still does after `waitMs`.
 */
export async function untilFolderIsFree(
  name: string,
  home: string,
  onProgress: (line: string) => void,
  waitMs = defaultWaitMs,
): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (let told = false; await isServed(home); told = true) {
    if (performance.now() > deadline) throw folderInUse(name, home);
    if (!told) onProgress(`${name}: waiting for the one before it to release ${home}`);
    await sleep(pollMs);
  }
}

export function folderInUse(name: string, home: string): PrerequisiteError {
  return new PrerequisiteError(
    `Another ${name} is running on ${home}: stop it, or choose another data folder (--data-dir).`,
  );
}

/** The number may have passed to some other program since; only a server has the folder in its command line. */
async function isServed(home: string): Promise<boolean> {
  const pid = Number(await readFile(pidFile(home), 'utf8').catch(() => ''));
  if (!(pid > 0)) return false;
  const commandLine = await run('ps', ['-o', 'args=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => '',
  );
  return commandLine.includes(home);
}

function pidFile(home: string): string {
  return join(home, 'server.pid');
}
