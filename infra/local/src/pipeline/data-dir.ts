import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolder } from '@spanwise/embedded';
import { UsageError } from '../command/usage-error.ts';
import { type CommandWithData, defaultDataDir } from '../config.ts';
import { findRunning, isAlive } from './state-file.ts';

/** Names the process whose folder it is, from before the folder is touched until the process ends. */
const CLAIM = 'command.pid';

/**
 * The folder that a command works in: the one asked for, whose data is kept, or the command's own, which is emptied.
 *
 * @throws UsageError if another command works in it, also one that is still starting, or if nothing can be written there.
 */
export function claimDataDir(command: CommandWithData, asked: string | undefined): string {
  const dataDir = asked === undefined ? defaultDataDir(command) : resolve(asked);
  const owner = findRunning(dataDir)?.pid ?? claim(dataDir);
  if (owner !== undefined) {
    throw new UsageError(
      `A pipeline is already running on ${dataDir} (process ${owner}): stop it, or choose another --data-dir.`,
    );
  }
  if (asked === undefined) {
    for (const entry of readdirSync(dataDir)) {
      if (entry !== CLAIM) rmSync(join(dataDir, entry), { recursive: true, force: true });
    }
  }
  return dataDir;
}

/** Makes the folder and claims it for this process; gives the process that has it already. */
function claim(dataDir: string): number | undefined {
  const file = join(dataDir, CLAIM);
  const mine = `${file}.${process.pid}`;
  try {
    makeFolder(dataDir);
    writeFileSync(mine, `${process.pid}\n`);
    try {
      for (;;) {
        if (linked(mine, file)) break;
        const owner = ownerOf(file);
        if (owner !== undefined && owner !== process.pid && isAlive(owner)) return owner;
        rmSync(file, { force: true });
      }
    } finally {
      rmSync(mine, { force: true });
    }
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new UsageError(`Nothing can be written to ${dataDir} (${code}): choose another --data-dir.`);
  }
  process.once('exit', () => rmSync(file, { force: true }));
  return undefined;
}

/** A link appears with its content, so that nobody reads an empty claim. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function ownerOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return pid > 0 ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
