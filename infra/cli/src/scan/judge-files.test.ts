import { globSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { detectorsOf, parseSettings } from '@spanwise/detector-settings';
import { MemoryPipeline } from '@spanwise/offline';
import { encodeTracesProtobuf } from '@spanwise/otlp';
import { encodeBlock } from '@spanwise/schemas';
import { convertResourceSpans } from '@spanwise/semconv';
import { describeWithSharedData } from '@spanwise/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { inputFiles } from './input-files.ts';
import { judgeFiles } from './judge-files.ts';
import { type ScanReport, scanReport } from './report.ts';
import { type ArrivedSpans, arrivedSpans, jsonLines, scratchFolder } from './simulated-runs.fixture.ts';

const nowMs = Date.UTC(2026, 11, 1);

async function scanned(...named: string[]): Promise<ScanReport> {
  return scanReport(await judgeFiles(inputFiles(named), { nowMs }), undefined);
}

/** What the services say of the same spans as they come live, each at its own time. */
function live(arrived: readonly ArrivedSpans[]): ScanReport {
  const pipeline = new MemoryPipeline(arrived[0]?.atMs ?? 0);
  for (const { atMs, resourceSpans } of arrived) {
    const spans = convertResourceSpans(resourceSpans, { tenant: 'default', receivedTimeUs: atMs * 1_000 });
    pipeline.receive({ atMs, bytes: encodeBlock('Span', spans), spans: spans.length });
  }
  return scanReport({ files: [], judged: pipeline.finish(), fileOfTrace: new Map() }, undefined);
}

const verdictsOf = ({ sessions }: ScanReport) =>
  new Map(sessions.map(({ sessionId, verdict, failureProbability }) => [sessionId, { verdict, failureProbability }]));
const findingsOf = ({ sessions }: ScanReport) =>
  new Map(
    sessions.flatMap(({ findings }) =>
      findings.map(({ findingId, pattern, severity, spanId, rootCauseSpanId, summary }) => [
        findingId,
        { pattern, severity, spanId, rootCauseSpanId, summary },
      ]),
    ),
  );

describe('a scan of simulated sessions', () => {
  const arrived = arrivedSpans(11, 60);
  let expected: ScanReport;
  beforeAll(() => {
    expected = live(arrived);
  });

  test('comes to the findings and verdicts of the pipeline', async () => {
    using folder = scratchFolder();
    writeFileSync(folder.file('live.jsonl'), jsonLines(arrived));
    const report = await scanned(folder.file('live.jsonl'));
    expect(report.problems).toEqual([]);
    expect(report.spans).toBe(arrived.length);
    expect(findingsOf(expected).size).toBeGreaterThan(50);
    expect(new Set([...findingsOf(expected).values()].map(({ pattern }) => pattern)).size).toBeGreaterThan(10);
    expect(findingsOf(report)).toEqual(findingsOf(expected));
    expect(verdictsOf(report)).toEqual(verdictsOf(expected));
  });

  test('does so in whatever order and form they stand, in several files, one of them twice', async () => {
    using folder = scratchFolder();
    const half = Math.floor(arrived.length / 2);
    const backwards = arrived.toReversed();
    writeFileSync(folder.file('a.jsonl.gz'), gzipSync(jsonLines(backwards.slice(0, half))));
    writeFileSync(folder.file('b.jsonl'), jsonLines(backwards.slice(0, half)));
    const rest = backwards.slice(half).flatMap(({ resourceSpans }) => resourceSpans);
    writeFileSync(folder.file('c.pb'), encodeTracesProtobuf(rest));
    const report = await scanned(folder.file('.'));
    expect(report.spans).toBe(arrived.length + half);
    expect(findingsOf(report)).toEqual(findingsOf(expected));
    expect(verdictsOf(report)).toEqual(verdictsOf(expected));
  });
});

test('says which file a session stands in, and what could not be read', async () => {
  using folder = scratchFolder();
  const arrived = arrivedSpans(3, 4);
  writeFileSync(folder.file('good.jsonl'), jsonLines(arrived));
  writeFileSync(folder.file('bad.jsonl'), `${jsonLines(arrived.slice(0, 1))}{"broken\n`);
  writeFileSync(folder.file('labels.jsonl'), '{"success": true}\n'.repeat(30));
  writeFileSync(folder.file('notes.txt'), 'nothing for a scan');
  const report = await scanned(folder.file('.'));
  expect(report.files.map(({ file }) => file)).toEqual([folder.file('bad.jsonl'), folder.file('good.jsonl')]);
  expect(report.skipped).toEqual([folder.file('labels.jsonl')]);
  expect(report.problems).toEqual([expect.stringMatching(/bad\.jsonl: line 2: no JSON/)]);
  expect(report.ok).toBe(false);
  expect(report.sessions.every(({ files }) => files.length > 0)).toBe(true);
});

test('a file that was named and holds no traces is a problem, and few words are made of many', async () => {
  using folder = scratchFolder();
  writeFileSync(folder.file('labels.jsonl'), '{"success": true}\n'.repeat(30));
  const report = await scanned(folder.file('labels.jsonl'));
  expect(report.skipped).toEqual([]);
  expect(report.problems).toHaveLength(6);
  expect(report.problems.at(-1)).toContain('and 25 more');
});

describeWithSharedData('a scan of recorded framework runs', (dataDir) => {
  test('finds the error that each framework recorded as an answer, and the loop', async () => {
    const report = await scanned(`${dataDir}/otlp/frameworks`);
    const { problems, patterns } = report;
    expect(problems).toEqual([]);
    expect(patterns).toMatchObject({ masked_tool_error: expect.any(Number), no_progress_loop: expect.any(Number) });
    expect(patterns.no_progress_loop).toBeGreaterThanOrEqual(5);
  });

  test('finds by its contract the handoff that lacks its reason, in every framework, and no other', async () => {
    const contract = 'contracts: [{to: refunds-agent, schema: {required: [order_id, reason]}}]';
    const detectors = detectorsOf(parseSettings(contract, 'contract'));
    const files = globSync(`${dataDir}/otlp/frameworks/*/handoff_*.jsonl`);
    const broken = await Promise.all(
      files.map(async (file) => {
        const scan = await judgeFiles(inputFiles([file]), { nowMs, detectors });
        return scan.judged.findings.some(({ pattern }) => pattern === 'context_contract_violation') ? [file] : [];
      }),
    );
    const missing = files.filter((file) => file.includes('handoff_missing'));
    expect(missing.length).toBeGreaterThanOrEqual(5);
    expect(broken.flat()).toEqual(missing);
  });
});
