/** All recorded agent runs with known outcomes: whole, judged, and judged the same when services are killed meanwhile. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@spanwise/local';
import { describeWithSharedData } from '@spanwise/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { added, type Conclusions, conclusionsOn, type SessionConclusion, type Totals, totals } from './conclusions.ts';
import { type Mirror, mirror } from './mirror.ts';
import { readRecordedSpans, readRecordedText } from './recordings.ts';
import {
  acknowledgedSpans,
  command,
  crash,
  eventually,
  pipeline,
  type ReplayReport,
  readReport,
  rows,
  service,
} from './system.ts';

describeWithSharedData('recorded runs with known outcomes', (data) => {
  const scratch = mkdtempSync(join(tmpdir(), 'spanwise-e2e-runs-'));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));
  const files = ['tau1', 'tau1-503injected', 'agentrx-retail', 'tau2'].map((name) =>
    join(data, 'agent-runs', `${name}.otlp.jsonl.gz`),
  );
  const recorded = new Map<string, { spans: number; traces: string[] }>();
  const all = { spans: 0, traces: [] as string[] };
  let undisturbed: Conclusions;
  let sums: Totals;

  beforeAll(() => {
    for (const file of files) {
      const spans = readRecordedSpans(file);
      const traces = [...new Set(spans.map(({ traceId }) => traceId))];
      recorded.set(file, { spans: spans.length, traces });
      all.spans += spans.length;
      all.traces.push(...traces);
    }
  });

  async function replay(paths: readonly string[], ...options: string[]): Promise<ReplayReport> {
    const file = join(scratch, 'report.json');
    const args = [...paths, '--report', file, '--data-dir', pipeline().dataDir, ...options];
    const { code, output } = await command('replay', args).ended;
    expect(code, output).toBe(0);
    return readReport(file);
  }

  /** A replay that goes on, and how many of its spans were sent when this looked first. */
  async function replayBegun(paths: readonly string[]): Promise<{ replayed: Promise<ReplayReport>; sent: number }> {
    const before = await acknowledgedSpans();
    const replayed = replay(paths);
    const sent = await eventually(acknowledgedSpans, (count) => count > before);
    return { replayed, sent: sent - before };
  }

  function copies({ text }: Mirror): string[] {
    return files.map((file) => {
      const copy = join(scratch, basename(file, '.gz'));
      writeFileSync(copy, text(readRecordedText(file)));
      return copy;
    });
  }

  it('every span is stored once, every session has one final verdict, which fits how the run ended', async () => {
    const before = await totals();
    const report = await replay(files, '--labels', join(data, 'agent-runs/labels.jsonl'));
    expect(report).toMatchObject({ ok: true, problems: [] });
    for (const { auc, findingsByPattern, ...file } of report.files) {
      const { spans, traces } = recorded.get(file.file) as { spans: number; traces: string[] };
      const runs = traces.length;
      expect(file).toMatchObject({ spansRead: spans, spansStored: spans, spansLost: 0, spansDuplicated: 0 });
      expect(file).toMatchObject({ runs, sessions: runs, finalVerdicts: runs, deadLetters: 0 });
      expect(findingsByPattern).not.toEqual({});
      expect(auc).toBeGreaterThan(0.5);
    }
    undisturbed = await conclusionsOn(all.traces);
    sums = added(before, await totals());
  });

  it('killing detect, store and correlate in the middle changes no count, no finding, no verdict and no sum', async () => {
    const other = mirror(8);
    const traces = all.traces.map(other.id);
    const before = await totals();
    const { replayed, sent } = await replayBegun(copies(other));
    const restarts = await crashed(['detect', 'store', 'correlate']);
    const finalAfter = await finalSessions(traces);

    expect(await replayed).toMatchObject({ ok: true, problems: [] });
    expect(sent).toBeLessThan(all.spans);
    expect(finalAfter).toBeLessThan(undisturbed.sessions.length);
    expect(restarts()).toEqual([1, 1, 1]);
    expect(await conclusionsOn(traces, other.id)).toEqual(undisturbed);
    expect(added(before, await totals())).toEqual(sums);
  });

  it('killing ingest in the middle loses and doubles nothing, though what it had not answered is sent again', async () => {
    const other = mirror(4);
    const traces = all.traces.map(other.id);
    const { replayed, sent } = await replayBegun(copies(other));
    const restarts = await crashed(['ingest']);

    expect(await replayed).toMatchObject({ ok: true, problems: [] });
    expect(sent).toBeLessThan(all.spans);
    expect(restarts()).toEqual([1]);
    const { findings, sessions } = await conclusionsOn(traces, other.id);
    expect(findings).toEqual(undisturbed.findings);
    // Sent again after its run was closed, a span counts anew: sums and probabilities may differ, verdicts may not.
    expect(outcomes(sessions)).toEqual(outcomes(undisturbed.sessions));
  });
});

const outcomes = (sessions: readonly SessionConclusion[]) =>
  Object.fromEntries(sessions.map(({ session_id: id, ...rest }) => [id, [rest.final, rest.verdict, rest.run_count]]));

/** Kills services one after the other, with time for some work between. Gives how often each was started again. */
async function crashed(names: readonly ServiceName[]): Promise<() => number[]> {
  const before = names.map((name) => service(name).restarts);
  for (const name of names) {
    await crash(name);
    await sleep(2_000);
  }
  return () => names.map((name, i) => service(name).restarts - (before[i] ?? 0));
}

async function finalSessions(ids: readonly string[]): Promise<number> {
  const query = 'SELECT session_id FROM sessions WHERE final AND hasAny(trace_ids, {ids: Array(String)})';
  return (await rows(query, { ids })).length;
}
