import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkReportFile, writeReport } from './report-file.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spanwise-report-'));
});

afterEach(() => rmSync(dir, { recursive: true }));

test('a report goes to a file, new or old', () => {
  const file = join(dir, 'report.json');
  for (const ok of [true, false]) {
    checkReportFile(file);
    writeReport(file, { ok });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ ok });
  }
});

test('a report in a folder that is not there is refused before anything starts', () => {
  expect(() => checkReportFile(join(dir, 'none/report.json'))).toThrow(`There is no folder ${join(dir, 'none')}`);
});

test('a folder is no report', () => expect(() => checkReportFile(dir)).toThrow('is a folder'));
