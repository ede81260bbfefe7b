import { hash64 } from '../identity-hash.ts';
import { criticalItems } from './critical-items.ts';
import { statedValues } from './stated-values.ts';

/** Something that a context holds and that must not get lost. Plain JSON. */
export interface ContextItem {
  /** For a person. */
  stated: string;
  /** Something that must not be done, rather than a value. */
  rule: boolean;
  /** Marks by which a context is known that still holds it: see `holds`. */
  marks: string[];
}

const MOST_ITEMS = 16;
const MOST_MARKS = 256;
const READ = 8_192;
const LEAST_DIGITS = 2;

const mark = (text: string): string => hash64(text).slice(0, 5);

/** Other forms of a word begin alike. */
const markOfWord = (word: string): string => mark(`~${word.slice(0, 5)}`);

const WORD = /\p{L}{4,}/gu;

/**
 * Identifiers, numbers of two digits and more, dates and prohibitions in what an agent is asked for; at most 16.
 *
 * @param text at most 8,192 characters of it are read
 */
export function contextItems(text: string): ContextItem[] {
  const read = text.slice(0, READ);
  const items: ContextItem[] = [];
  for (const { kind, text: value, or } of statedValues(read)) {
    if (kind === 'number' && value.replace(/\D/g, '').length < LEAST_DIGITS) continue;
    items.push({ stated: value, rule: false, marks: (or === undefined ? [value] : [value, or]).map(mark) });
  }
  for (const { kind, stated } of criticalItems(read)) {
    if (kind !== 'prohibition') continue;
    const words = stated.toLowerCase().match(WORD) ?? [];
    // The prohibiting word itself is in too many texts.
    const marks = words.slice(-3).map(markOfWord);
    if (marks.length > 0) items.push({ stated, rule: true, marks });
  }
  return items.slice(0, MOST_ITEMS);
}

/** The marks of a context, joined: of every value and word in it, at most 256. Plain JSON. */
export function marksOf(text: string): string {
  const read = text.slice(0, READ);
  const marks = new Set<string>();
  for (const { text: value, or } of statedValues(read)) {
    marks.add(mark(value));
    if (or !== undefined) marks.add(mark(or));
  }
  for (const [word] of read.toLowerCase().matchAll(WORD)) {
    if (marks.size >= MOST_MARKS) break;
    marks.add(markOfWord(word));
  }
  return [...marks].slice(0, MOST_MARKS).join(' ');
}

/** Of a rule, two words at least: one alone may stand in any text about the same thing. */
export function holds(marks: string, item: ContextItem): boolean {
  const needed = item.rule ? Math.min(2, item.marks.length) : 1;
  return item.marks.filter((one) => marks.includes(one)).length >= needed;
}
