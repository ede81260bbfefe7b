import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from './scratch-folder.ts';

test('a scratch folder is new each time and goes with all that is in it', async () => {
  const [one, other] = [await scratchFolder(), await scratchFolder()];
  expect(one.path).not.toBe(other.path);
  await mkdir(join(one.path, 'sub'));
  await writeFile(join(one.path, 'sub/file'), 'x');
  await Promise.all([one.remove(), other.remove()]);
  expect(existsSync(one.path) || existsSync(other.path)).toBe(false);
});

test('what a killed test run left is removed by the next, what a living one uses is not', async () => {
  const living = await scratchFolder();
  const abandoned = join(dirname(living.path), `spanwise-test-${spawnSync('true').pid}-abcdef`);
  await mkdir(abandoned);
  const next = await scratchFolder();
  expect(existsSync(abandoned)).toBe(false);
  expect(existsSync(living.path)).toBe(true);
  await Promise.all([living.remove(), next.remove()]);
});
