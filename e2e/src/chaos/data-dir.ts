import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
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
    this.path = asked === undefined ? mkdtempSync(join(roomiest(), 'spanwise-chaos-')) : resolve(asked);
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
