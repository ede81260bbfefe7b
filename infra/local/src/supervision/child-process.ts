import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of ours with its output in a file. */
export interface LoggedProcess {
  readonly pid: number | undefined;
  /** Resolves, and never rejects, when it has ended or could not be started. */
  readonly ended: Promise<Ended>;
  /** Asks it to stop, and kills it when it has not after `graceMs`. */
  stop(graceMs: number): Promise<Ended>;
}

/**
 * Starts a process that ends with this one: its standard input is a pipe which closes even when we are killed, and
 * `SPANWISE_EXIT_WITH_PARENT` tells it to heed that. It is in a session of its own, so that a Ctrl-C reaches us only
 * and we stop things in order.
 */
export function startLogged(spec: ProcessSpec, logFile: string): LoggedProcess {
  const log = openSync(logFile, 'a');
  const child = spawn(spec.command, spec.args, {
    stdio: ['pipe', log, log],
    env: { ...spec.env, SPANWISE_EXIT_WITH_PARENT: '1' },
    detached: true,
  });
  closeSync(log);
  child.stdin?.on('error', () => {});
  const ended = whenEnded(child);
  return {
    pid: child.pid,
    ended,
    async stop(graceMs) {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      try {
        return await ended;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function whenEnded(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => child.pid === undefined && resolve({ code: 127, signal: null }));
  });
}
