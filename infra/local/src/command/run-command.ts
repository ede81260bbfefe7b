import { PrerequisiteError, StartError } from '@spanwise/embedded';
import { ConfigError } from '@spanwise/runtime';
import { PortTakenError } from '../pipeline/local-ports.ts';
import { ServiceStartError } from '../supervision/supervised-service.ts';
import { stopSignal } from './stop-signal.ts';
import { UsageError } from './usage-error.ts';

const INTERRUPTED = 130;
const forPeople = [UsageError, ConfigError, PortTakenError, PrerequisiteError, StartError, ServiceStartError];

/**
 * Runs a command to its exit code. A failure that a person can do something about is shown without a stack; one that
 * came because somebody asked the command to end is none.
 */
export async function runCommand(command: (stop: AbortSignal) => Promise<number>): Promise<void> {
  const stop = stopSignal();
  try {
    process.exitCode = await command(stop);
  } catch (error) {
    if (stop.aborted) {
      process.exitCode = INTERRUPTED;
    } else {
      const known = forPeople.some((kind) => error instanceof kind);
      process.stderr.write(`${known ? (error as Error).message : describe(error)}\n`);
      process.exitCode = error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
    }
  }
  if (process.connected) process.disconnect();
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/**
 * Waits for a start that cannot be called off. Asked to end meanwhile, the process leaves at once, and what is half
 * started ends with it.
 */
export async function starting<T>(stop: AbortSignal, start: Promise<T>): Promise<T> {
  const leave = () => process.exit(INTERRUPTED);
  if (stop.aborted) leave();
  stop.addEventListener('abort', leave);
  try {
    return await start;
  } finally {
    stop.removeEventListener('abort', leave);
  }
}
