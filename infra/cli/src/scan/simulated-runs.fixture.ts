import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeTracesJson, type OtlpResourceSpans } from '@spanwise/otlp';
import { faultNames, generateRuns, type RunSpan, resourceSpansOf } from '@spanwise/simulate';

export interface ArrivedSpans {
  readonly atMs: number;
  readonly resourceSpans: readonly OtlpResourceSpans[];
}

/** Time that spans are under way, ms: less than they are held back by. */
const MOST_UNDER_WAY_MS = 700;
const HOUR_MS = 3_600_000;

/** The spans of simulated runs with many faults, one after the other in the order in which they would arrive. */
export function arrivedSpans(seed: number, count: number): ArrivedSpans[] {
  // With clocks that disagree, the order of arrival tells what no file can.
  const faults = faultNames.filter((name) => name !== 'clock_skew');
  const mix = { seed, count, preset: 'fleet', faults, faultShare: 0.7, faultlessSessions: 0 };
  const conversations = Map.groupBy(generateRuns(mix), ({ sessionId }) => sessionId);
  // Live, a conversation that goes on after days is a new one: the old one is forgotten.
  const spans = [...conversations.values()].flatMap((runs) =>
    runs.filter(({ startMs }) => startMs - (runs[0]?.startMs ?? 0) < HOUR_MS).flatMap((run) => run.spans),
  );
  return arrivedOf(spans);
}

/** Spans in the order in which they would arrive. */
export function arrivedOf(spans: readonly RunSpan[]): ArrivedSpans[] {
  const arrivalOf = ({ span, endMs }: RunSpan) =>
    endMs + (Number.parseInt(span.spanId.slice(-4), 16) % MOST_UNDER_WAY_MS);
  return spans
    .map((each) => ({ atMs: arrivalOf(each), resourceSpans: resourceSpansOf([each]) }))
    .sort((a, b) => a.atMs - b.atMs);
}

export const jsonLines = (arrived: readonly ArrivedSpans[]): string =>
  arrived.map(({ resourceSpans }) => `${Buffer.from(encodeTracesJson([...resourceSpans])).toString()}\n`).join('');

/** A folder that is gone at the end of the block. */
export function scratchFolder(): Disposable & { readonly file: (name: string) => string } {
  const dir = mkdtempSync(join(tmpdir(), 'spanwise-scan-'));
  return { file: (name) => join(dir, name), [Symbol.dispose]: () => rmSync(dir, { recursive: true }) };
}
