import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { atExit } from './at-exit.ts';

const pollMs = 200;

/**
 * Runs `work` while holding a lock file that names this process. A lock whose owner is dead is taken over. Two
 * waiters could take over the same one in the same instant, so use this to save work, not to guard correctness.
 */
export async function withFileLock<T>(
  path: string,
  onProgress: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const mine = `${path}.${randomUUID()}`;
  using _mine = atExit(() => rmSync(mine, { force: true }));
  await writeFile(mine, String(process.pid));
  try {
    for (let told = false; !(await tryLink(mine, path)); ) {
      const owner = await ownerOf(path);
      if (owner !== undefined && !isAlive(owner)) {
        await rm(path, { force: true });
        continue;
      }
      if (!told) onProgress(`waiting for process ${owner ?? 'unknown'}, which is doing the same (${path})`);
      told = true;
      await sleep(pollMs);
    }
    using _lock = atExit(() => rmSync(path, { force: true }));
    try {
      return await work();
    } finally {
      await rm(path, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
}

/** Hard-linking makes the lock appear with its content, so a waiter never reads an empty one. */
async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** The pid in the lock file, `NaN` if there is none in it; undefined once the file has gone. */
async function ownerOf(path: string): Promise<number | undefined> {
  try {
    return Number.parseInt(await readFile(path, 'utf8'), 10);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
