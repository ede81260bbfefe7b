import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { defaultDataDir } from './config.ts';
import { findRunning } from './state-file.ts';
import { UsageError } from './usage-error.ts';

/**
 * The folder that a command works in: the one asked for, whose data is kept, or the command's own, which is emptied.
 *
 * @throws UsageError if a pipeline is running on it.
 */
export function claimDataDir(command: 'demo' | 'replay', asked: string | undefined): string {
  const dataDir = asked === undefined ? defaultDataDir(command) : resolve(asked);
  const running = findRunning(dataDir);
  if (running) {
    throw new UsageError(
      `A pipeline is already running on ${dataDir} (process ${running.pid}): stop it, or choose another --data-dir.`,
    );
  }
  if (asked === undefined) rmSync(dataDir, { recursive: true, force: true });
  return dataDir;
}
