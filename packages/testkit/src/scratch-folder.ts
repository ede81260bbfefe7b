import { mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';

/**
 * A new folder for a server's data, named after this process: in memory where the machine offers it, since the disk would be the
 * limit. Those of processes that were killed are removed.
 *
 * @param prefix of the folder's name; ends with a hyphen
 * @param roomBytes that must be free in memory, else the folder for temporary files is taken
 */
export async function scratchFolder(
  prefix = 'spanwise-test-',
  roomBytes = 1,
): Promise<{ path: string; remove(): Promise<void> }> {
  const free = await statfs(MEMORY).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  const parent = free >= roomBytes ? MEMORY : tmpdir();
  await removeAbandoned(parent, prefix);
  const path = await mkdtemp(join(parent, `${prefix}${process.pid}-`));
  // A server that was just killed may still have a file open or be creating one.
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) };
}

/** Removes what processes that were killed could not remove themselves. */
async function removeAbandoned(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const owner = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (owner > 0 && !isAlive(owner)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
