import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Mounts, says so, and unmounts when its input ends, which it does when this process ends, however it ends. Signals of the
 * terminal pass it by.
 */
const guardScript = `trap '' INT TERM HUP
mount -t tmpfs -o size="$2" spanwise-chaos "$1" || exit 1
echo mounted
cat >/dev/null
umount -l "$1"`;

const CHUNK = Buffer.alloc(1024 * 1024, 0x5a);

/** A file system of its own size in memory, that can be filled and freed. */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;
  readonly #guard: ChildProcess;
  readonly #filler: string;

  private constructor(path: string, guard: ChildProcess) {
    this.path = path;
    this.#guard = guard;
    this.#filler = join(path, 'filler');
  }

  /** Undefined where this user may not mount. */
  static async mount(path: string, sizeMiB: number): Promise<SmallDisk | undefined> {
    mkdirSync(path, { recursive: true });
    const guard = spawn('sh', ['-c', guardScript, 'spanwise-small-disk', path, `${sizeMiB}m`], {
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    guard.stdin?.on('error', () => {});
    const isMounted = await new Promise<boolean>((resolve) => {
      guard.stdout?.once('data', () => resolve(true));
      guard.once('error', () => resolve(false));
      guard.once('exit', () => resolve(false));
    });
    return isMounted ? new SmallDisk(path, guard) : undefined;
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  /** Leaves so many bytes free. Called again, it takes what was freed in between. */
  async fill(leftBytes: number): Promise<void> {
    await using file = await open(this.#filler, 'a');
    try {
      for (let free = this.freeBytes; free > leftBytes; free = this.freeBytes) {
        await file.write(CHUNK, 0, Math.min(CHUNK.length, free - leftBytes));
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#guard.once('exit', resolve));
    if (this.#guard.exitCode !== null) return;
    this.#guard.stdin?.end();
    await ended;
  }
}
