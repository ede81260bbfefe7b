import { setTimeout as sleep } from 'node:timers/promises';
import { StartError, unwritable } from './errors.ts';
import { folderInUse, recordOwner, untilFolderIsFree } from './folder-owner.ts';
import { type GuardedProcess, tailOfLog } from './guarded-process.ts';

export interface ServerStart<T> {
  /** The server's name in messages. */
  readonly name: string;
  /** The folder it has for itself. */
  readonly home: string;
  /** Writes what the server needs into its folder; runs only when no other server is using it. */
  prepare(): Promise<void>;
  /** Chooses ports and starts the process; called again when another process was quicker to take a port. */
  launch(): Promise<{ process: GuardedProcess; handle: T }>;
  /** True once the server answers. May throw, which means "not yet". */
  isReady(handle: T): Promise<boolean>;
  /** What the log says when a port is taken, and when another server has locked the folder. */
  readonly portTaken: RegExp;
  readonly folderLocked: RegExp;
  readonly onProgress: (line: string) => void;
  readonly folderWaitMs?: number;
}

const readyTimeoutMs = 60_000;
const portAttempts = 5;

/**
 * Starts a server and waits until it answers. A port that was free a moment ago may be taken now: that is tried
 * again a few times, and shows itself as a lasting problem when the port is a given one.
 *
 * @throws PrerequisiteError if another running server holds the folder, it cannot be written, or a given port is taken.
 * @throws StartError with the end of its log if it ends, or does not answer within a minute.
 */
export async function startServer<T>(start: ServerStart<T>): Promise<{ process: GuardedProcess; handle: T }> {
  await untilFolderIsFree(start.name, start.home, start.onProgress, start.folderWaitMs);
  try {
    await start.prepare();
  } catch (error) {
    throw unwritable(start.home, error, 'choose another data folder (--data-dir)');
  }
  for (let attempt = 1; ; attempt++) {
    const launched = await start.launch();
    try {
      await recordOwner(start.home, launched.process.pid);
      await untilReady(start, launched.process, launched.handle);
      return launched;
    } catch (error) {
      await launched.process.stop(0);
      if (!(error instanceof StartError)) throw error;
      if (start.folderLocked.test(error.logTail)) throw folderInUse(start.name, start.home);
      if (!start.portTaken.test(error.logTail) || attempt === portAttempts) throw error;
    }
  }
}

async function untilReady<T>(start: ServerStart<T>, process: GuardedProcess, handle: T): Promise<void> {
  let ended = false;
  const exit = process.exited.then(() => {
    ended = true;
  });
  for (const deadline = performance.now() + readyTimeoutMs; ; ) {
    if (await start.isReady(handle).catch(() => false)) return;
    await Promise.race([exit, sleep(50)]);
    const late = performance.now() > deadline;
    if (!ended && !late) continue;
    const what = ended ? 'ended while starting' : `did not answer within ${readyTimeoutMs / 1000} s`;
    throw new StartError(`${start.name} ${what} (log: ${process.logFile})`, await tailOfLog(process.logFile));
  }
}
