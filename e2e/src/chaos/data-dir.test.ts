import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDataDir } from './data-dir.ts';

let scratch: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'spanwise-data-dir-'));
});

afterEach(() => rmSync(scratch, { recursive: true }));

it('a folder that was asked for is made, and kept', async () => {
  const asked = join(scratch, 'new', 'folder');
  {
    await using data = await openDataDir(asked);
    expect(data.path).toBe(asked);
  }
  expect(existsSync(asked)).toBe(true);
});

it('a folder in which another run is, or was, is refused', async () => {
  writeFileSync(join(scratch, 'kafka'), '');
  await expect(openDataDir(scratch)).rejects.toThrow('is not empty: name a new folder');
});
