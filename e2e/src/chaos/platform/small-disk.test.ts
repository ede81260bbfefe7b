import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SmallDisk } from './small-disk.ts';

it('can be filled and freed, and is gone afterwards', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'spanwise-disk-'));
  try {
    const disk = await SmallDisk.mount(folder, 8);
    if (!disk) {
      context.skip('this user may not mount a file system');
      return;
    }
    const megabyte = Buffer.alloc(1024 * 1024);
    writeFileSync(join(folder, 'before'), megabyte);
    await disk.fill(64 * 1024);
    expect(() => writeFileSync(join(folder, 'during'), megabyte)).toThrow('ENOSPC');
    rmSync(join(folder, 'during'));
    disk.free();
    writeFileSync(join(folder, 'after'), megabyte);
    await disk[Symbol.asyncDispose]();
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
