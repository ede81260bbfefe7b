import { writeFileSync } from 'node:fs';
import { generateRuns, sharedFaultNames } from '@spanwise/simulate';
import { expect, test } from 'vitest';
import { inputFiles } from './input-files.ts';
import { judgeFiles } from './judge-files.ts';
import { scanReport } from './report.ts';
import { arrivedOf, jsonLines, scratchFolder } from './simulated-runs.fixture.ts';
import { textReport } from './text-report.ts';

const nowMs = Date.UTC(2026, 11, 1);

test('what contradicts itself across the sessions of a file is told of the session in which it shows', async () => {
  using folder = scratchFolder();
  const file = folder.file('shared.jsonl');
  const mix = { seed: 4, preset: 'shared', count: 60, faultShare: 1, negativeShare: 0, runs: [1] };
  const runs = [...generateRuns({ ...mix, conventions: ['otel-genai'] })];
  writeFileSync(file, jsonLines(arrivedOf(runs.flatMap(({ spans }) => spans))));
  const report = scanReport(await judgeFiles(inputFiles([file]), { nowMs }), 'high');
  const found = report.sessions.flatMap(({ sessionId, findings }) =>
    findings.map((finding) => ({ sessionId, finding })),
  );
  const truths = runs.flatMap(({ truths }) => truths).filter((truth) => truth.type === 'fault' && truth.primary);
  for (const pattern of sharedFaultNames) {
    const there = truths.filter((truth) => truth.type === 'fault' && truth.pattern === pattern);
    const told = found.filter(({ finding }) => finding.pattern === pattern);
    expect(there.length).toBeGreaterThan(0);
    for (const truth of there)
      expect(told.map(({ sessionId, finding }) => [sessionId, finding.spanId])).toContainEqual([
        truth.sessionId,
        truth.type === 'fault' && truth.spanId,
      ]);
  }
  const text = textReport(report, false);
  expect(text).toMatch(/high {5}fact_contradiction: .* states .*, but .*\n.*, began at span [0-9a-f]{16}/);
  expect(text).toMatch(/, began at span [0-9a-f]{16} of trace [0-9a-f]{32}/);
});
