import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readMigrations } from './migration-files.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migrations-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, sql: string) => writeFileSync(join(folder, name), sql);

test('the migrations of the repository can all be repeated', () => {
  const files = readMigrations();
  expect(files.map(({ version }) => version)).toEqual(files.map((_, i) => i + 1));
  expect(files.length).toBeGreaterThan(0);
});

test('files are read in order, each with its checksum', () => {
  write('0002_b.sql', 'DROP VIEW IF EXISTS b;');
  write('0001_a.sql', 'DROP VIEW IF EXISTS a; DROP VIEW IF EXISTS c;');
  const [first, second] = readMigrations(folder);
  expect(first).toMatchObject({
    version: 1,
    name: '0001_a.sql',
    statements: ['DROP VIEW IF EXISTS a', 'DROP VIEW IF EXISTS c'],
  });
  expect(second?.checksum).toMatch(/^[0-9a-f]{64}$/);
  expect(second?.checksum).not.toBe(first?.checksum);
});

test('a gap in the numbers is refused', () => {
  write('0001_a.sql', '');
  write('0003_c.sql', '');
  expect(() => readMigrations(folder)).toThrow('0003_c.sql: expected 0002_');
});

test('a statement that cannot be repeated is refused, and named', () => {
  write('0001_a.sql', 'CREATE TABLE a (b Int8);');
  expect(() => readMigrations(folder)).toThrow('"CREATE TABLE a (b Int8)…" cannot run twice');
});
