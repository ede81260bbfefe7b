import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface GuardedProcess {
  readonly pid: number;
  readonly logFile: string;
  /** Resolves, and never rejects, when the process has ended for whatever reason. */
  readonly exited: Promise<ExitStatus>;
  /** Ends the process as the end of this one would, and kills it if it takes longer than `graceMs`. */
  stop(graceMs: number): Promise<ExitStatus>;
  kill(signal: NodeJS.Signals): void;
}

export interface GuardedCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Receives stdout and stderr; the log of the start before is kept beside it as `<name>.previous`. */
  readonly logFile: string;
  /** Sent when stdin closes; absent for a program that reads stdin and ends by itself when it closes. */
  readonly endSignal?: 'TERM' | 'INT';
  /** Seconds from the close of stdin to SIGKILL, should we not be there any more to do it. */
  readonly killAfterSeconds: number;
}

/**
 * The shell becomes the command (so its pid is the command's) and leaves a subshell behind that waits for the
 * end of stdin: the pipe from us. It closes when we stop the command and also when we die, however we die. The
 * subshell keeps the process group alive, so the number in `$$` cannot pass to another process before it ends.
 */
const guardScript = `
signal=$1; grace=$2; shift 2
exec 3<&0
(
  read -r _ <&3
  [ -n "$signal" ] && kill -s "$signal" $$
  while [ "$grace" -gt 0 ] && kill -0 $$; do sleep 1; grace=$((grace - 1)); done
  kill -s KILL $$
) >/dev/null 2>&1 &
exec 3<&- "$@"
`;

/**
 * Starts a program that never outlives this process, not even after `kill -9`. It runs in a session of its own:
 * a Ctrl-C in the terminal reaches us only, and we stop things in order.
 */
export async function spawnGuarded(what: GuardedCommand): Promise<GuardedProcess> {
  if (existsSync(what.logFile)) renameSync(what.logFile, `${what.logFile}.previous`);
  const log = openSync(what.logFile, 'a');
  const guard = ['-c', guardScript, 'spanwise-guard', what.endSignal ?? '', String(what.killAfterSeconds)];
  const child = spawn('sh', [...guard, what.command, ...what.args], { stdio: ['pipe', log, log], detached: true });
  closeSync(log);
  const stdin = child.stdin as Writable;
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('exit', (code, signal) => {
      if (child.pid !== undefined) killGroup(child.pid);
      stdin.destroy();
      resolve({ code, signal });
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const pid = child.pid as number;
  return {
    pid,
    logFile: what.logFile,
    exited,
    async stop(graceMs) {
      stdin.end();
      const timer = setTimeout(() => killGroup(pid), graceMs);
      try {
        return await exited;
      } finally {
        clearTimeout(timer);
      }
    },
    kill(signal) {
      child.kill(signal);
    },
  };
}

/** The last `maxBytes` of a log, whole lines only; empty when there is no log. */
export async function tailOfLog(logFile: string, maxBytes = 4_000): Promise<string> {
  if (!existsSync(logFile)) return '';
  await using file = await open(logFile);
  const { size } = await file.stat();
  const start = Math.max(0, size - maxBytes);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
  const text = buffer.toString('utf8', 0, bytesRead);
  return (start === 0 ? text : text.slice(text.indexOf('\n') + 1)).trimEnd();
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
