import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { inheritedEnvironment, serviceEntry } from '../config.ts';

const totals = z.object({
  spansSent: z.number(),
  sessions: z.number(),
  injected: z.record(z.string(), z.number()),
});

/** What the simulated fleet has done so far. */
export type FleetTotals = Readonly<z.infer<typeof totals>>;

export interface FleetOptions {
  /** Base URL of OTLP/HTTP */
  readonly endpoint: string;
  readonly rate: number;
  readonly seed: number;
  /** It ends by itself after this long; until it is stopped without. */
  readonly forMs?: number;
  readonly truthFile: string;
  readonly logFile: string;
}

export interface Fleet {
  readonly totals: FleetTotals;
  /** Resolves when it has sent its last span and ended; rejects when it failed. */
  readonly ended: Promise<void>;
  /**
   * Asks it to send no more, and waits until what it has begun to send is acknowledged; an endpoint that takes nothing
   * any more is waited for as long as `graceMs`.
   */
  stop(graceMs?: number): Promise<void>;
}

const STOP_GRACE_MS = 5_000;

/** Starts `services/simulate`, which tells its totals as JSON lines, against our endpoint. */
export function startFleet(options: FleetOptions): Fleet {
  const { endpoint, rate, seed, forMs, truthFile, logFile } = options;
  const args = ['--endpoint', endpoint, '--rate', String(rate), '--seed', String(seed), '--truth', truthFile];
  if (forMs !== undefined) args.push('--for', `${Math.round(forMs / 1_000)}s`);
  const child = spawn(process.execPath, [serviceEntry('simulate'), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...inheritedEnvironment(), SPANWISE_EXIT_WITH_PARENT: '1' },
    // a Ctrl-C reaches us only
    detached: true,
  });
  const log = createWriteStream(logFile, { flags: 'a' });
  child.stderr.pipe(log);
  let latest: FleetTotals = { spansSent: 0, sessions: 0, injected: {} };
  createInterface({ input: child.stdout }).on('line', (line) => {
    log.write(`${line}\n`);
    const told = totals.safeParse(parseJson(line));
    if (told.success) latest = told.data;
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      log.end();
      if (code === 0) resolve();
      else reject(new Error(`the simulated fleet ended by ${signal ?? `exit code ${code}`} (log: ${logFile})`));
    });
  });
  ended.catch(() => {});
  return {
    get totals() {
      return latest;
    },
    ended,
    async stop(graceMs = STOP_GRACE_MS) {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      try {
        await ended;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
