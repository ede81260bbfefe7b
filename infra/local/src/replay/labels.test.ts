import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLabels } from './labels.ts';

let file: string;

beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'spanwise-labels-')), 'labels.jsonl');
});

afterEach(() => rmSync(join(file, '..'), { recursive: true }));

test('a label says how a session or a run ended; other fields do not matter', async () => {
  writeFileSync(
    file,
    '{"session_id":"s1","trace_id":"AB","success":false,"reward":0}\n\n{"trace_id":"cd","success":1}',
  );
  expect(await readLabels(file)).toEqual([
    { sessionId: 's1', traceId: 'ab', failed: true },
    { sessionId: undefined, traceId: 'cd', failed: false },
  ]);
});

test.each([
  ['no JSON', 'yes'],
  ['no outcome', '{"session_id":"s1"}'],
  ['nothing it is about', '{"success":true}'],
  ['an outcome in words', '{"session_id":"s1","success":"yes"}'],
])('a line with %s is named', async (_name, line) => {
  writeFileSync(file, `{"session_id":"s0","success":true}\n${line}\n`);
  await expect(readLabels(file)).rejects.toThrow(
    /labels\.jsonl, line 2: expected \{"session_id" or "trace_id", "success"/,
  );
});
