import type { Cut } from '@spanwise/schemas';
import { digest64 } from './digest.ts';
import { isObject, type JsonObject, plain, setKey, toJson } from './json.ts';

/**
 * Largest length of each field, in UTF-16 units. They bound a span to about 200 KB and are far above what agents send
 * but for whole documents; what exceeds one is cut, and `Span.cut` says so.
 */
export const caps = {
  name: 256,
  id: 256,
  traceState: 512,
  statusMessage: 1024,
  errorMessage: 1024,
  toolArguments: 16 * 1024,
  toolResult: 16 * 1024,
  inputMessages: 32 * 1024,
  outputMessages: 32 * 1024,
  systemInstructions: 8 * 1024,
  toolDefinitions: 32 * 1024,
  links: 4 * 1024,
  events: 16 * 1024,
  attributes: 16 * 1024,
  resource: 8 * 1024,
} as const;

/** Largest integer that the Avro encoder writes; in nanoseconds it is 104 days. */
export const LARGEST_LONG = Number.MAX_SAFE_INTEGER - 1;

const MARK = '…';

/** Collects what had to be cut from one span. */
export class Cuts {
  readonly list: Cut[] = [];

  note(field: string, whole: string): void {
    this.list.push({ field, length: whole.length, digest: digest64(whole) });
  }

  /** Plain text within the cap, well formed: lone surrogates, which UTF-8 cannot carry, become U+FFFD. */
  text(field: string, text: string, cap: number): string {
    if (text.length <= cap) return text.isWellFormed() ? text : text.toWellFormed();
    this.note(field, text);
    return cutText(text, cap);
  }

  /**
   * JSON within the cap, still JSON: the longest strings inside are cut, and where that is not enough the deepest and
   * last members go. `parse` gives the value of the text where the caller has it not at hand.
   */
  json(field: string, text: string, cap: number, parse: () => unknown = () => JSON.parse(text)): string {
    if (text.length <= cap) return text.isWellFormed() ? text : text.toWellFormed();
    this.note(field, text);
    return fitJson(parse(), cap);
  }
}

/** The first units of the text, never half a surrogate pair, with a mark at the end. */
export function cutText(text: string, cap: number): string {
  return (text.slice(0, Math.max(0, cap - 1)) + MARK).toWellFormed();
}

/** The value as JSON of at most `cap` units. */
export function fitJson(value: unknown, cap: number): string {
  const mayFitWhole = countUpTo(cap, value) < cap;
  for (let longest = cap; mayFitWhole && longest >= 16; longest >>= 1) {
    const text = JSON.stringify(shorten(value, longest, Number.MAX_SAFE_INTEGER));
    if (text.length <= cap) return text;
  }
  let shortened = value;
  for (let members = 256; members >= 1; members >>= 1) {
    shortened = shorten(shortened, 16, members);
    const text = JSON.stringify(shortened);
    if (text.length <= cap) return text;
  }
  return JSON.stringify(MARK);
}

/** Values in a value, itself included, but no more than `most`: each takes a character of JSON at least. */
function countUpTo(most: number, value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || depth > 64) return 1;
  let count = 1;
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    if (count >= most) break;
    count += countUpTo(most - count, inner, depth + 1);
  }
  return count;
}

/** Strings cut to `longest` units, objects and arrays to `members` members. */
function shorten(value: unknown, longest: number, members: number, depth = 0): unknown {
  if (typeof value === 'string') return value.length <= longest ? value : cutText(value, longest);
  if (Array.isArray(value)) {
    if (depth > 64) return MARK;
    const kept = value.slice(0, members).map((item) => shorten(item, longest, members, depth + 1));
    if (value.length > members) kept.push(MARK);
    return kept;
  }
  if (!isObject(value)) return plain(value);
  if (value instanceof Uint8Array) return shorten(plain(value), longest, members);
  if (depth > 64) return MARK;
  const kept: JsonObject = {};
  for (const key of Object.keys(value).slice(0, members)) {
    const name = key.length <= 128 ? key : cutText(key, 128);
    setKey(kept, name, shorten(value[key], longest, members, depth + 1));
  }
  return kept;
}

/** A list as JSON within the cap that keeps its last members, as the most recent messages matter most. */
export function fitLast(list: readonly unknown[], cap: number): string {
  const kept: string[] = [];
  let size = 2;
  for (let i = list.length - 1; i >= 0; i--) {
    const item = toJson(list[i]) || JSON.stringify(MARK);
    if (size + item.length + 1 > cap) {
      if (kept.length === 0) kept.unshift(fitJson(list[i], cap - 2));
      break;
    }
    kept.unshift(item);
    size += item.length + 1;
  }
  return `[${kept.join(',')}]`;
}

/** An object as JSON within the cap: its longest values go first, the short ones stay whole. */
export function fitObject(value: JsonObject, cap: number): string {
  const members = Object.keys(value).map((key) => `${JSON.stringify(key)}:${JSON.stringify(value[key])}`);
  const shortestFirst = members.map((_, index) => index).sort((a, b) => length(members, a) - length(members, b));
  const kept = new Set<number>();
  let size = 2;
  for (const index of shortestFirst) {
    size += length(members, index) + 1;
    if (size > cap) break;
    kept.add(index);
  }
  return `{${members.filter((_, index) => kept.has(index)).join(',')}}`;
}

function length(members: readonly string[], index: number): number {
  return members[index]?.length ?? 0;
}
