import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clickhouseLibrary } from './clickhouse-library.ts';
import { PrerequisiteError } from './errors.ts';

test.each([
  ['darwin', 'arm64'],
  ['linux', 'riscv64'],
])('a machine without an engine (%s, %s) is told to name a server', (platform, arch) => {
  expect(() => clickhouseLibrary(platform, arch)).toThrow(PrerequisiteError);
  expect(() => clickhouseLibrary(platform, arch)).toThrow(/no embedded ClickHouse.*SPANWISE_CLICKHOUSE_URL/);
});

test.runIf(process.platform === 'linux' && process.arch === 'x64')('the installed library is found', () => {
  expect(existsSync(clickhouseLibrary())).toBe(true);
});
