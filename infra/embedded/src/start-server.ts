import { setTimeout as sleep } from 'node:timers/promises';
import { PrerequisiteError, StartError } from './errors.ts';
import { type GuardedProcess, tailOfLog } from './guarded-process.ts';

export interface ServerStart<T> {
  /** The server's name in messages. */
  readonly name: string;
  /** Chooses ports and starts the process; called again when another process was quicker to take a port. */
  launch(): Promise<{ process: GuardedProcess; handle: T }>;
  /** True once the server answers. May throw, which means "not yet". */
  isReady(handle: T): Promise<boolean>;
  readonly portTaken: RegExp;
  readonly folderInUse: RegExp;
  /** Where its data lies, for the message when another server holds it. */
  readonly dataDir: string;
  readonly onProgress: (line: string) => void;
  /** How long another server may take to release the folder; 15 s by default. */
  readonly folderWaitMs?: number;
}

const readyTimeoutMs = 60_000;
const defaultFolderWaitMs = 15_000;
const portAttempts = 5;

/**
 * Starts a server and waits until it answers. A port that was free a moment ago may be gone, and a server on the
 * same folder whose owner has just died needs some seconds to end: both are tried again, a bounded number of times.
 *
 * @throws PrerequisiteError if another running server holds the folder.
 * @throws StartError with the end of its log if it ends, or does not answer within a minute.
 */
export async function startServer<T>(start: ServerStart<T>): Promise<{ process: GuardedProcess; handle: T }> {
  const folderDeadline = performance.now() + (start.folderWaitMs ?? defaultFolderWaitMs);
  let waitedForFolder = false;
  for (let attempt = 1; ; ) {
    const launched = await start.launch();
    try {
      await untilReady(start, launched.process, launched.handle);
      return launched;
    } catch (error) {
      await launched.process.stop(0);
      if (!(error instanceof StartError)) throw error;
      if (start.portTaken.test(error.logTail) && attempt < portAttempts) {
        attempt += 1;
        continue;
      }
      if (!start.folderInUse.test(error.logTail)) throw error;
      if (performance.now() > folderDeadline) {
        throw new PrerequisiteError(
          `Another ${start.name} is running on ${start.dataDir}: stop it, or choose another data folder (--data-dir).`,
        );
      }
      if (!waitedForFolder)
        start.onProgress(`${start.name}: waiting for the one before it to release ${start.dataDir}`);
      waitedForFolder = true;
      await sleep(500);
    }
  }
}

async function untilReady<T>(start: ServerStart<T>, process: GuardedProcess, handle: T): Promise<void> {
  let ended = false;
  const exit = process.exited.then(() => {
    ended = true;
  });
  const deadline = performance.now() + readyTimeoutMs;
  for (;;) {
    if (await start.isReady(handle).catch(() => false)) return;
    await Promise.race([exit, sleep(50)]);
    if (ended)
      throw new StartError(
        `${start.name} ended while starting (log: ${process.logFile})`,
        await tailOfLog(process.logFile),
      );
    if (performance.now() > deadline) {
      throw new StartError(
        `${start.name} did not answer within ${readyTimeoutMs / 1000} s (log: ${process.logFile})`,
        await tailOfLog(process.logFile),
      );
    }
  }
}
