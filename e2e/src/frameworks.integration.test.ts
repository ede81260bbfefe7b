/** Runs recorded from real frameworks, replayed by the command, read back by SQL. The framework may not matter. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asCall, clean, failures, plain, type StoredFinding, type StoredSpan, stories } from './framework-stories.ts';
import { frameworkRecordings, type RecordedSpan, runTraces, sessionsByTrace } from './recordings.ts';
import { command, pipeline, readReport, rows } from './system.ts';

const recordings = frameworkRecordings();
const allSpans = recordings.flatMap(({ spans }) => spans);

interface StoredRun {
  trace_id: string;
  session_id: string;
  verdict: string;
  span_count: number;
}
interface StoredSession {
  session_id: string;
  final: boolean;
  run_count: number;
  trace_ids: string[];
}
const stored = {
  spans: [] as StoredSpan[],
  runs: [] as StoredRun[],
  sessions: [] as StoredSession[],
  findings: [] as StoredFinding[],
};

const traceIdsOf = (spans: readonly RecordedSpan[]) => new Set(spans.map(({ traceId }) => traceId));
const inTraces = <T extends { trace_id: string }>(found: readonly T[], spans: readonly RecordedSpan[]): T[] => {
  const ids = traceIdsOf(spans);
  return found.filter(({ trace_id: traceId }) => ids.has(traceId));
};

if (recordings.length === 0) console.warn('skipped: no recorded runs; SPANWISE_SHARED_DATA names their folder');

describe.skipIf(recordings.length === 0)('recorded runs of frameworks', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'spanwise-e2e-frameworks-'));
  const report = join(scratch, 'report.json');

  beforeAll(async () => {
    const files = recordings.map(({ file }) => file);
    const replay = command('replay', [...files, '--data-dir', pipeline().dataDir, '--report', report]);
    const { code, output } = await replay.ended;
    expect(code, output).toBe(0);
    const ids = [...traceIdsOf(allSpans)];
    const ofTraces = <T>(table: string) =>
      rows<T>(`SELECT * FROM ${table} WHERE trace_id IN {ids: Array(String)}`, { ids });
    stored.spans = await rows(
      'SELECT * FROM spans WHERE trace_id IN {ids: Array(String)} ORDER BY start_time, parent_span_id',
      {
        ids,
      },
    );
    stored.runs = await ofTraces('runs');
    stored.findings = await ofTraces('findings');
    stored.sessions = await rows('SELECT * FROM sessions WHERE hasAny(trace_ids, {ids: Array(String)})', { ids });
  }, 180_000);
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it('the report says of every file that all went well', () => {
    const { ok, problems, files } = readReport(report);
    expect({ ok, problems }).toEqual({ ok: true, problems: [] });
    expect(files.map(({ file, spansRead, spansStored }) => ({ file, spansRead, spansStored }))).toEqual(
      recordings.map(({ file, spans }) => ({ file, spansRead: spans.length, spansStored: spans.length })),
    );
    expect(files.every(({ sessions, finalVerdicts }) => sessions > 0 && finalVerdicts === sessions)).toBe(true);
  });

  it('there is one session per conversation, whatever files its runs came from', () => {
    const sessionOf = sessionsByTrace(allSpans);
    const runsOf = Map.groupBy(runTraces(allSpans), (traceId) => sessionOf.get(traceId) as string);
    const expected = [...runsOf].map(([session, traces]) => ({ session, runs: traces.length, traces: traces.sort() }));
    const found = stored.sessions.map(({ session_id: session, run_count: runs, trace_ids: traces }) => ({
      session,
      runs,
      traces: traces.sort(),
    }));
    const bySession = (a: { session: string }, b: { session: string }) => a.session.localeCompare(b.session);
    expect(found.sort(bySession)).toEqual(expected.sort(bySession));
    expect(stored.sessions.every(({ final }) => final)).toBe(true);
  });

  describe.each(recordings)('$framework: $scenario', ({ spans, scenario }) => {
    const storedSpans = () => inTraces(stored.spans, spans);
    const calls = () => storedSpans().filter(({ kind }) => kind === 'tool');

    it('stores each span once, with the session and the agent that only others name', () => {
      expect(
        storedSpans()
          .map(({ span_id: spanId }) => spanId)
          .sort(),
      ).toEqual(spans.map(({ spanId }) => spanId).sort());
      const sessionOf = sessionsByTrace(spans);
      for (const span of storedSpans()) {
        expect(span.session_id).toBe(sessionOf.get(span.trace_id));
        expect(span.agent).not.toBe('');
      }
      // A span that has an agent's name for its own is that agent's, be it only the node around it.
      const agents = new Set(storedSpans().map(({ agent }) => agent));
      for (const { kind, name, agent } of storedSpans())
        if (kind === 'agent' && agents.has(name)) expect(agent).toBe(name);
    });

    it('makes one run of each trace in which an agent works, and none of others', () => {
      const runs = inTraces(stored.runs, spans);
      const expected = runTraces(spans);
      expect(runs.map(({ trace_id: traceId }) => traceId).sort()).toEqual(expected.sort());
      for (const run of runs) {
        expect(run.session_id).toBe(sessionsByTrace(spans).get(run.trace_id));
        expect(run.span_count).toBe(spans.filter(({ traceId }) => traceId === run.trace_id).length);
      }
    });

    it('knows of every tool call whose it was, what with and what came of it', () => {
      expect(calls().map(asCall)).toMatchObject(stories[scenario] ?? []);
      const handoffs = storedSpans().filter(({ kind }) => kind === 'handoff');
      expect(handoffs.map(({ agent, handoff_to: to }) => [plain(agent), to])).toEqual(
        scenario.startsWith('handoff') ? [['triage_agent', 'refunds_agent']] : [],
      );
    });

    const failure = failures[scenario];
    if (failure) {
      it('finds what failed at the span where it did, and nothing else', () => {
        const { finding, verdict } = failure(storedSpans(), calls());
        expect(inTraces(stored.findings, spans)).toMatchObject([finding]);
        expect(inTraces(stored.runs, spans)).toMatchObject([{ verdict }]);
      });
    }
    if (clean.has(scenario)) {
      it('finds nothing', () => {
        expect(inTraces(stored.findings, spans).filter(({ severity }) => severity !== 'info')).toEqual([]);
        expect(inTraces(stored.runs, spans).every(({ verdict }) => verdict === 'correct')).toBe(true);
      });
    }
  });
});
