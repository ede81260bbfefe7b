import type { ClickHouseClient } from '@clickhouse/client';
import { type Judgements, judgementsOf, type StoredSpans, storedSpans, unsettled } from './judgements.ts';
import { readOtlpFile } from './otlp-file.ts';
import { RecordedFile } from './recorded-file.ts';
import type { FileOutcome } from './replay-report.ts';
import { SendError, sendTraces } from './send-traces.ts';
import { untilSettled } from './settle.ts';
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

interface Seen {
  readonly stored: StoredSpans;
  readonly judgements: Judgements;
  readonly missing: string;
}

/** Waits until every span is stored, every run judged, every session final, and nothing moves any more. */
export async function awaitOutcomes(
  tables: ClickHouseClient,
  files: readonly RecordedFile[],
  options: { patienceMs: number; onProgress: (line: string) => void; signal: AbortSignal },
): Promise<FileOutcome[]> {
  const { seen } = await untilSettled<Seen[]>({
    look: () => Promise.all(files.map((file) => look(tables, file))),
    missing: (all) => all.map(({ missing }) => missing).find((missing) => missing !== '') ?? '',
    fingerprint: (all) =>
      JSON.stringify(all.map(({ stored, judgements }) => [stored.stored, stored.duplicated, digestOf(judgements)])),
    quietMs: QUIET_MS,
    everyMs: 1_000,
    patienceMs: options.patienceMs,
    onProgress: (missing) =>
      options.onProgress(missing === '' ? 'judged; waiting for the last batches' : `waiting: ${missing}`),
    signal: options.signal,
  });
  return files.map((recorded, index) => ({ recorded, ...(seen[index] as Seen) }));
}

async function look(tables: ClickHouseClient, file: RecordedFile): Promise<Seen> {
  const stored = await storedSpans(tables, file.spans);
  const judgements = await judgementsOf(tables, file.spans.keys());
  const lost = file.uniqueSpans - stored.stored;
  const missing = [lost > 0 ? `${lost} spans not stored` : '', unsettled(judgements, stored.runTraces)];
  return { stored, judgements, missing: missing.filter((part) => part !== '').join(', ') };
}

function digestOf({ runs, sessions, findings }: Judgements) {
  const lastJudged = Math.max(0, ...sessions.map((session) => session.judgedTime));
  return [runs.length, sessions.filter((session) => session.final).length, lastJudged, findings.length];
}
