import type { Span } from '@spanwise/schemas';

/** Attributes of a span in our own namespace, by their names without the prefix `spanwise.`. */
export type OwnAttributes = Readonly<Record<string, unknown>>;

const PREFIX = 'spanwise.';
const MARK = `"${PREFIX}`;

let last: { text: string; own: OwnAttributes | undefined } = { text: '', own: undefined };

/**
 * What a span says in our own namespace, which fills what the conventions have no name for (queues, contexts, consensus,
 * waiting); undefined where it says nothing there, which costs one search. The last answer is kept, since several
 * detectors ask in turn.
 */
export function ownAttributes(span: Span): OwnAttributes | undefined {
  const text = span.attributes;
  if (text.length < MARK.length || !text.includes(MARK)) return undefined;
  if (last.text !== text) last = { text, own: parse(text) };
  return last.own;
}

function parse(text: string): OwnAttributes | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const own: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (key.startsWith(PREFIX)) own[key.slice(PREFIX.length)] = inner;
  }
  return own;
}

/** A list of names: an array, JSON text of one, or names between commas; at most 64. */
export function namesIn(value: unknown): string[] {
  if (typeof value === 'string') {
    if (!value.trimStart().startsWith('[')) return namesIn(value.split(','));
    try {
      return namesIn(JSON.parse(value));
    } catch {
      return [];
    }
  }
  if (!Array.isArray(value)) return [];
  const names = value.map((name) => (typeof name === 'string' ? name.trim() : '')).filter((name) => name !== '');
  return names.slice(0, 64);
}

/** A number, or the text of one; undefined for anything else. */
export function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}
