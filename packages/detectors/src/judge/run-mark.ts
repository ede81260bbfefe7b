import type { Span, Verdict } from '@spanwise/schemas';
import { META, type PackedMeta, packMeta, unpackMeta } from '../run-model/packed-meta.ts';
import { newMeta } from '../run-model/run-meta.ts';
import type { Slots } from '../slots.ts';

/** What remains of a run once its state was given up: at most 64 bytes of JSON. */
export interface RunMark {
  /** Revision of its last Run record. */
  r: number;
  /** Its verdict. */
  v: Verdict;
  /** Its failure probability. */
  p: number;
  /** Its continuation count. */
  c: number;
}

/** The mark of a run that was judged; undefined for one that never was. */
export function markOf(slots: Slots): RunMark | undefined {
  const packed = slots.get<PackedMeta>(META);
  const meta = packed && unpackMeta(packed);
  if (!meta?.judged) return undefined;
  const { revision, verdict, probability } = meta.judged;
  return { r: revision, v: verdict, p: Math.round(probability * 1e4) / 1e4, c: meta.continuation };
}

/**
 * Begins a continuation in empty slots: spans that came after the run's state was given up. Its Run records continue the
 * revisions, name the former verdict, and count only the spans of the continuation.
 */
export function resumeFrom(slots: Slots, mark: RunMark, span: Span): void {
  const meta = newMeta(span);
  meta.continuation = mark.c + 1;
  meta.judged = { end: null, revision: mark.r, verdict: mark.v, probability: mark.p };
  meta.reopened = true;
  slots.put(META, packMeta(meta));
}
