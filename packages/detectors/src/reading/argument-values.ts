import type { Span } from '@spanwise/schemas';
import { hash64 } from '../identity-hash.ts';

const MOST = 16;
const MOST_DEPTH = 64;

function collect(value: unknown, into: Set<string>, depth = 0): void {
  if (into.size >= MOST || value === null || typeof value === 'boolean' || depth > MOST_DEPTH) return;
  if (typeof value === 'object') {
    for (const inner of Object.values(value)) collect(inner, into, depth + 1);
    return;
  }
  const text = String(value).trim().toLowerCase();
  if (text !== '') into.add(hash64(text).slice(0, 8));
}

/** Digests of the values in a call's arguments, at most 16: enough to tell how much two calls have in common. */
export function argumentValuesOf(span: Span): string[] {
  if (span.toolArguments === '') return [];
  const values = new Set<string>();
  try {
    collect(JSON.parse(span.toolArguments), values);
  } catch {
    collect(span.toolArguments, values);
  }
  return [...values];
}

/** Number of values that both calls have. */
export const commonValues = (a: readonly string[], b: readonly string[]): number =>
  a.filter((value) => b.includes(value)).length;

/** Share of all values that both calls have (Jaccard); 0 without any. */
export function sharedValues(a: readonly string[], b: readonly string[]): number {
  const shared = commonValues(a, b);
  return shared === 0 ? 0 : shared / (a.length + b.length - shared);
}
