import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { makeFolder } from '@spanwise/embedded';
import { UsageError } from '@spanwise/local/command';
import { scratchFolder } from '@spanwise/testkit';

/** What ten minutes of load need in Kafka, with the copies of the verdict */
const ROOM_BYTES = 10 * 1024 ** 3;

/**
 * The folder of one run: the one asked for, which is kept, or one of its own, gone at the end.
 *
 * @throws UsageError where the one asked for holds anything: what another run left, or still writes, would be judged with this one's.
 */
export async function openDataDir(asked: string | undefined): Promise<AsyncDisposable & { readonly path: string }> {
  if (asked === undefined) {
    const { path, remove } = await scratchFolder('spanwise-chaos-', ROOM_BYTES);
    return { path, [Symbol.asyncDispose]: remove };
  }
  const path = resolve(asked);
  makeFolder(path);
  if (readdirSync(path).length > 0) {
    throw new UsageError(`${path} is not empty: name a new folder (--data-dir), or empty it if no other run uses it.`);
  }
  return { path, async [Symbol.asyncDispose]() {} };
}
