import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hash64 } from '@spanwise/detectors';
import { UsageError } from '@spanwise/local/command';
import { readOtlpFile } from '@spanwise/otlp-file';
import type { Span } from '@spanwise/schemas';
import { convertResourceSpans } from '@spanwise/semconv';

/** A recorded run whose outcome is known. */
export interface RecordedRun {
  readonly traceId: string;
  readonly failed: boolean;
  /** What it was asked to do; runs of one task were asked the same. */
  readonly task: string;
  /** Where it comes from, what it is about, and who did it: empty where the label does not say. */
  readonly set: string;
  readonly domain: string;
  readonly model: string;
  readonly spans: readonly Span[];
}

const RUNS = /\.(?:json|jsonl|ndjson|pb)(?:\.gz)?$/;
const LABELS = 'labels.jsonl';

/**
 * Reads a folder of recorded runs, OTLP in any of the forms that `spanwise scan` reads, with their outcomes in `labels.jsonl`: a JSON object a line, `{trace_id, success}`
 * and, where they are known, `task_id`, `set`, `domain` and `model`. In an order that has nothing to do with the files'; runs without a label are left out.
 *
 * @throws UsageError that names the file or line that cannot be read
 */
export async function readRecordedRuns(folder: string): Promise<RecordedRun[]> {
  const labels = readLabels(join(folder, LABELS));
  const spans = new Map<string, Span[]>();
  for (const file of readdirSync(folder).sort()) {
    if (file === LABELS || !RUNS.test(file)) continue;
    for await (const part of readOtlpFile(join(folder, file))) {
      if ('problem' in part) throw new UsageError(`${file}: ${part.problem}`);
      for (const span of convertResourceSpans(part.resourceSpans, { tenant: 'default', receivedTimeUs: 0 })) {
        const run = spans.get(span.traceId);
        if (run) run.push(span);
        else spans.set(span.traceId, [span]);
      }
    }
  }
  const runs = labels.flatMap((label) => {
    const own = spans.get(label.traceId);
    return own ? [{ ...label, spans: own.sort((a, b) => endOf(a) - endOf(b)) }] : [];
  });
  if (runs.length === 0) throw new UsageError(`No label in ${folder} is of a run that is there.`);
  return runs.sort((a, b) => (hash64(a.traceId) < hash64(b.traceId) ? -1 : 1));
}

const endOf = (span: Span): number => span.startTime + span.durationNs / 1_000;

function readLabels(file: string): Omit<RecordedRun, 'spans'>[] {
  let lines: string[];
  try {
    lines = readFileSync(file, 'utf8').split('\n');
  } catch {
    throw new UsageError(`There is no ${file}: it says how each run went.`);
  }
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    const label = parse(line);
    const text = (name: string): string => String(label?.[name] ?? '');
    if (!label || text('trace_id') === '' || typeof label.success !== 'boolean') {
      throw new UsageError(`${file}, line ${i + 1}: expected {"trace_id": …, "success": true or false, …}`);
    }
    const [traceId, domain] = [text('trace_id').toLowerCase(), text('domain')];
    const task = text('task_id') === '' ? traceId : `${domain}/${text('task_id')}`;
    return [{ traceId, failed: !label.success, task, set: text('set'), domain, model: text('model') }];
  });
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
