import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withFileLock } from './file-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spanwise-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('two at once work one after the other, and leave no file', async () => {
  const events: string[] = [];
  const work = (name: string) =>
    withFileLock(
      join(folder, 'lock'),
      () => events.push('told to wait'),
      async () => {
        events.push(`${name} in`);
        await sleep(30);
        events.push(`${name} out`);
      },
    );
  await Promise.all([work('one'), work('two')]);
  expect(events.filter((event) => event !== 'told to wait')).toHaveLength(4);
  for (const event of events)
    if (event.endsWith(' in')) expect(after(events, event)).toBe(event.replace(' in', ' out'));
  expect(events).toContain('told to wait');
  expect(await readdir(folder)).toEqual([]);
});

test('the lock goes when the work fails', async () => {
  const failing = withFileLock(
    join(folder, 'lock'),
    () => {},
    () => Promise.reject(new Error('no network')),
  );
  await expect(failing).rejects.toThrow('no network');
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  ['of a dead process', String(spawnSync('true').pid)],
  ['that names no process', 'garbage'],
])('a lock %s is taken over', async (_name, content) => {
  await writeFile(join(folder, 'lock'), content);
  expect(
    await withFileLock(
      join(folder, 'lock'),
      () => {},
      async () => 'done',
    ),
  ).toBe('done');
});

function after(events: string[], event: string): string | undefined {
  return events.slice(events.indexOf(event) + 1).find((later) => later !== 'told to wait');
}
