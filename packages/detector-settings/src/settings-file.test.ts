import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DetectorSettings } from './settings.ts';
import { readSettings, watchSettings } from './settings-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spanwise-settings-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const keysIn = (settings: DetectorSettings | undefined) => settings?.criticalKeys;

test('a file that is not there is refused by its name', () => {
  expect(() => readSettings(join(dir, 'none.yaml'))).toThrow(/none\.yaml holds no settings.*\n.*cannot be read/);
});

test('a change is seen, a wrong one is refused, and the next right one is seen again', async () => {
  const file = join(dir, 'detectors.yaml');
  writeFileSync(file, 'criticalKeys: [a]');
  const onChange = vi.fn();
  const onRefusal = vi.fn();
  using _watch = watchSettings(file, { onChange, onRefusal }, 20);
  writeFileSync(file, 'criticalKeys: [a, b]');
  await vi.waitFor(() => expect(keysIn(onChange.mock.lastCall?.[0])).toEqual(['a', 'b']), 60_000);
  writeFileSync(file, 'criticalKeys: 7, of course');
  await vi.waitFor(() => expect(onRefusal.mock.lastCall?.[0].message).toContain('criticalKeys'), 60_000);
  writeFileSync(file, 'criticalKeys: [c]');
  await vi.waitFor(() => expect(keysIn(onChange.mock.lastCall?.[0])).toEqual(['c']), 60_000);
});

test('a link that is turned to another file is a change', async () => {
  const link = join(dir, 'detectors.yaml');
  writeFileSync(join(dir, 'one'), 'criticalKeys: [one]');
  writeFileSync(join(dir, 'two'), 'criticalKeys: [another]');
  symlinkSync('one', link);
  const onChange = vi.fn();
  using _watch = watchSettings(link, { onChange, onRefusal: vi.fn() }, 20);
  symlinkSync('two', `${link}.new`);
  renameSync(`${link}.new`, link);
  await vi.waitFor(() => expect(keysIn(onChange.mock.lastCall?.[0])).toEqual(['another']), 60_000);
});
