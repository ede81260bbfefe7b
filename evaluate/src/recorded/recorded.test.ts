import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithSharedData } from '@spanwise/testkit';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { judgeRuns } from './judge-runs.ts';
import { readRecordedRuns } from './read-runs.ts';
import { recordedReport, recordedTable } from './report.ts';

describe('a folder of recorded runs', () => {
  it.each([
    [undefined, /There is no .*labels.jsonl/],
    ['{"trace_id":"ab"}\n', /line 1: expected/],
    ['{"trace_id":"ab","success":true}\n', /No label/],
  ])('that has no labels that can be used is refused in words: %j', async (labels, message) => {
    const folder = mkdtempSync(join(tmpdir(), 'recorded-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    if (labels !== undefined) writeFileSync(join(folder, 'labels.jsonl'), labels);
    await expect(readRecordedRuns(folder)).rejects.toThrow(message);
  });
});

describeWithSharedData('recorded runs', (dataDir) => {
  test('are judged, each with its probability by every way, and learnt from', async () => {
    const all = await readRecordedRuns(join(dataDir, 'agent-runs'));
    expect(all.length).toBeGreaterThan(500);
    const runs = all.slice(0, 60);
    const judged = judgeRuns(runs, () => {});
    expect(judged.problems).toEqual([]);
    for (const of of [judged.unlabelled, judged.prequential, judged.unseenTasks]) expect(of.size).toBe(runs.length);
    const moved = runs.filter(({ traceId }) => judged.unlabelled.get(traceId) !== judged.prequential.get(traceId));
    expect(moved.length).toBeGreaterThan(30);
    const report = recordedReport(runs, judged);
    expect(report).toMatchObject({ runs: 60, problems: [] });
    expect(recordedTable(report)).toContain('tasks never seen');
  }, 120_000);
});
