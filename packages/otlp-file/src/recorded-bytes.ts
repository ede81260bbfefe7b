import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';

/** The bytes of a file, unpacked if it is gzip (by its first bytes, whatever its name). */
export async function* recordedBytes(file: string): AsyncGenerator<Uint8Array> {
  const raw = createReadStream(file);
  if (!(await isGzip(file))) {
    yield* raw;
    return;
  }
  const unpacked = createGunzip();
  raw.on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
  yield* unpacked;
}

async function isGzip(file: string): Promise<boolean> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
}
