import { mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeFolder } from '@spanwise/embedded';

const MEMORY = '/dev/shm';
/** What ten minutes of load need in Kafka, with the copies of the verdict */
const ROOM_BYTES = 10 * 1024 ** 3;

/** The folder of one run: the one asked for, which is kept, or one in memory or the temporary folder, gone at the end. */
export class DataDir implements Disposable {
  readonly path: string;
  readonly #isKept: boolean;

  constructor(asked: string | undefined) {
    this.#isKept = asked !== undefined;
    this.path = asked === undefined ? ownFolder(roomiest()) : resolve(asked);
    makeFolder(this.path);
  }

  [Symbol.dispose](): void {
    if (!this.#isKept) rmSync(this.path, { recursive: true, force: true });
  }
}

function roomiest(): string {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize >= ROOM_BYTES) return MEMORY;
  } catch {
    // there is no such folder on this system
  }
  return tmpdir();
}

const NAME = /^spanwise-chaos-(\d+)-/;

/** A new folder named after this process. Those of processes that were killed are removed. */
function ownFolder(parent: string): string {
  for (const name of readdirSync(parent)) {
    const [, pid] = NAME.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
  return mkdtempSync(join(parent, `spanwise-chaos-${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
