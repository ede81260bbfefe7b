import type { ClickHouseClient } from '@clickhouse/client';
import { readOtlpFile } from '@spanwise/otlp-file';
import { untilSettled } from '../pipeline/settle.ts';
import { type FileOutcome, outcomeOf } from './file-outcome.ts';
import { judgementsOf, type StoredTrace, storedTraces } from './judgements.ts';
import { RecordedFile } from './recorded-file.ts';
import { SendError, sendTraces } from './send-traces.ts';
import { TraceLanes } from './trace-lanes.ts';

/** Side by side, so that the endpoint's batching does not make every request wait for the one before. */
const LANES = 8;
/** Longer than `store` keeps a batch open. */
const QUIET_MS = 3_000;

/** Sends a file whole. What was refused becomes a problem of the file; the rest is still sent. */
export async function sendFile(
  file: string,
  ingestUrl: string,
  onProgress: (line: string) => void,
  signal: AbortSignal,
): Promise<RecordedFile> {
  const recorded = new RecordedFile(file);
  const lanes = new TraceLanes<{
    body: Uint8Array;
    contentType: 'application/json' | 'application/x-protobuf';
    spans: readonly { traceId: string }[];
  }>(LANES, async (request) => {
    try {
      const rejected = await sendTraces(request, { ingestUrl, signal });
      if (rejected !== '') recorded.problems.push(rejected);
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      recorded.problems.push(error.message);
    }
  });
  for await (const part of readOtlpFile(file)) {
    if ('problem' in part) {
      recorded.problems.push(part.problem);
      continue;
    }
    recorded.note(part.spans);
    await lanes.push(part);
    onProgress(`${file}: ${recorded.spansRead} spans sent`);
  }
  await lanes.drain();
  return recorded;
}

/** Waits until every span is stored, every run judged, every session final, and nothing moves any more. */
export async function awaitOutcomes(
  tables: ClickHouseClient,
  files: readonly RecordedFile[],
  options: { patienceMs: number; onProgress: (line: string) => void; signal: AbortSignal },
): Promise<FileOutcome[]> {
  const traceIds = new Set(files.flatMap(({ spans }) => [...spans.keys()]));
  let traces = new Map<string, StoredTrace>();
  let outcomes: FileOutcome[] = [];
  const look = async () => {
    // Spans are the bulk of it: once all are there, what is judged matters.
    if (outcomes.length === 0 || outcomes.some(({ recorded, stored }) => stored < recorded.uniqueSpans)) {
      traces = await storedTraces(tables, traceIds);
    }
    const judgements = await judgementsOf(tables, traceIds);
    outcomes = files.map((file) => outcomeOf(file, traces, judgements));
    return outcomes;
  };
  await untilSettled<FileOutcome[]>({
    look,
    missing: (seen) => mostMissing(seen),
    fingerprint: (seen) => JSON.stringify(seen.map(digestOf)),
    quietMs: QUIET_MS,
    everyMs: 1_000,
    patienceMs: options.patienceMs,
    onProgress: (missing) =>
      options.onProgress(missing === '' ? 'judged; waiting for the last batches' : `waiting: ${missing}`),
    signal: options.signal,
  });
  traces = await storedTraces(tables, traceIds);
  const judgements = await judgementsOf(tables, traceIds);
  return files.map((file) => outcomeOf(file, traces, judgements));
}

function mostMissing(outcomes: readonly FileOutcome[]): string {
  const [first, ...others] = outcomes.filter(({ missing }) => missing !== '');
  if (!first) return '';
  return `${first.missing} of ${first.recorded.file}${others.length > 0 ? ` and of ${others.length} files more` : ''}`;
}

function digestOf({ stored, duplicated, judgements: { runs, sessions, findings } }: FileOutcome) {
  const lastJudged = Math.max(0, ...sessions.map((session) => session.judgedTime));
  return [
    stored,
    duplicated,
    runs.length,
    sessions.filter((session) => session.final).length,
    lastJudged,
    findings.length,
  ];
}
