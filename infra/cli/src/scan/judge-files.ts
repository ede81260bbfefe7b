import type { RunDetector } from '@spanwise/detectors';
import { type Judged, MemoryPipeline } from '@spanwise/offline';
import { type RecordedProblem, type RecordedRequest, readOtlpFile } from '@spanwise/otlp-file';
import { encodeBlock, type Span } from '@spanwise/schemas';
import { convertResourceSpans } from '@spanwise/semconv';
import type { InputFile } from './input-files.ts';

export interface ScannedFile {
  readonly path: string;
  /** Spans in it; one that stands there twice counts twice. */
  readonly spans: number;
  readonly problems: readonly string[];
  /** Found in a folder, and nothing in it are traces. */
  readonly skipped: boolean;
}

export interface Scanned {
  readonly files: readonly ScannedFile[];
  readonly judged: Judged;
  /** The file that a trace was met in first */
  readonly fileOfTrace: ReadonlyMap<string, string>;
}

export interface JudgeOptions {
  /** Log time at which it all begins, ms: attributed as the time of receipt, which no span may be far ahead of */
  readonly nowMs: number;
  /** Instead of all there are, in their default settings */
  readonly detectors?: readonly RunDetector[] | undefined;
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * A file has no time of arrival. What a collector wrote in the order of arrival and what was sorted since shall be judged alike, so
 * the spans of a trace are held back for as many others as this, and put in the order of their ends: log time advances by the
 * reorder delay (1 s) in so many spans. A run that stands in a file with a hundred thousand others between its spans is still one run.
 * What differs from live spans: where the clocks of a run's services disagree by seconds, the order of arrival is not known; and
 * a conversation that goes on after more than a day is one session, of which the pipeline has forgotten the beginning.
 */
const SPANS_PER_SECOND = 20_000;
const SPANS_OF_A_BLOCK = 500;
const TENANT = 'default';
/** More of one kind say nothing new. */
const MOST_PROBLEMS = 5;

/** Reads files and judges what is in them as one stream, in their order. What cannot be read is noted and left out. */
export async function judgeFiles(files: readonly InputFile[], options: JudgeOptions): Promise<Scanned> {
  const { nowMs, detectors, onProgress, signal } = options;
  const pipeline = new MemoryPipeline(nowMs, detectors ? { detectors } : {});
  const fileOfTrace = new Map<string, string>();
  const scanned: ScannedFile[] = [];
  const arrival = { tenant: TENANT, receivedTimeUs: nowMs * 1_000 };

  for (const { path, inFolder } of files) {
    const problems: string[] = [];
    const before = pipeline.spans;
    for await (const part of readOtlpFile(path)) {
      signal?.throwIfAborted();
      if (isProblem(part)) {
        problems.push(part.problem);
        continue;
      }
      for (const { traceId } of part.spans) if (!fileOfTrace.has(traceId)) fileOfTrace.set(traceId, path);
      receive(convertResourceSpans(part.resourceSpans, arrival));
      onProgress?.(`${path}: ${pipeline.spans} spans read`);
    }
    const spans = pipeline.spans - before;
    scanned.push({ path, spans, problems: fewOf(problems), skipped: inFolder && spans === 0 });
  }
  return { files: scanned, judged: pipeline.finish(), fileOfTrace };

  function receive(spans: readonly Span[]): void {
    for (let start = 0; start < spans.length; start += SPANS_OF_A_BLOCK) {
      const some = spans.slice(start, start + SPANS_OF_A_BLOCK);
      const atMs = nowMs + Math.floor((pipeline.spans * 1_000) / SPANS_PER_SECOND);
      pipeline.receive({ atMs, bytes: encodeBlock('Span', some), spans: some.length });
    }
  }
}

const isProblem = (part: RecordedRequest | RecordedProblem): part is RecordedProblem => 'problem' in part;

function fewOf(problems: readonly string[]): string[] {
  const more = problems.length - MOST_PROBLEMS;
  return more > 0 ? [...problems.slice(0, MOST_PROBLEMS), `and ${more} more like these`] : [...problems];
}
