import { wordsWithDigits } from './words-with-digits.ts';

/** Something a user stated that a context must not lose. */
export interface CriticalItem {
  kind: 'identifier' | 'number' | 'date' | 'prohibition';
  /** As stated, for a person. */
  stated: string;
  /** Texts of which at least one must still be there; plain characters, the same in JSON. */
  anyOf: string[];
}

const MOST_ITEMS = 24;
const MOST_LENGTH = 64;
const MOST_TEXT = 8_192;

const MONTH = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i;
const DATE = /^(?:\d{4}-\d{2}-\d{2}|(?:19|20)\d{2}-(?:0[1-9]|1[0-2])$|\d{1,2}[./]\d{1,2}[./]\d{2,4})/;
const NUMBER = /^\p{Sc}?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:%|\p{Sc})?$/u;
const IDENTIFIER = /^#?[A-Za-z0-9][\w@.+-]{2,63}$/;
const EMAIL = /\b[\w.+-]+@[\w-]+\.[\w.]+\b/g;
/** A time is no number to be kept to the letter: 5pm, 17:00 and 5 o'clock are one. */
const TIME_OR_ORDINAL = /^\d{1,2}(?::\d{2})?(?:am|pm|st|nd|rd|th)?$/i;

function itemOf(word: string, before: string): { kind: CriticalItem['kind']; stated: string } | undefined {
  const bare = word.replace(/[.,:]+$/, '');
  if (MONTH.test(before) && /^\d{1,2}(?:st|nd|rd|th)?$/.test(bare))
    return { kind: 'date', stated: `${before} ${bare}` };
  const date = DATE.exec(bare);
  if (date) return { kind: 'date', stated: date[0] };
  const number = NUMBER.exec(bare)?.[1];
  if (number !== undefined)
    return number.replace(/\D/g, '').length < 2 ? undefined : { kind: 'number', stated: number };
  if (TIME_OR_ORDINAL.test(bare) || !IDENTIFIER.test(bare) || !/[A-Za-z]/.test(bare)) return undefined;
  return { kind: 'identifier', stated: bare };
}

/** What must not be done, up to the end of the clause. */
const PROHIBITION =
  /\b(?:do not|don't|don’t|never|must not|mustn't|cannot|can't|no|without|except|avoid|not)\b[ ,]+([^.;:!?\n,]{4,80})/gi;
/** The same in other languages. */
const OTHER_PROHIBITION =
  /(?<!\p{L})(?:niemals|nie|nicht|keine[nmrs]?|kein|ohne|außer|jamais|ne pas|n[e’'] ?\p{L}+ pas|sans|sauf|nunca|jamás|sin|excepto|salvo|mai|senza|non|tranne|não|sem|exceto|nooit|niet|geen|zonder)[ ,]+([^.;:!?\n,]{2,80})/giu;
/** Told in English, as a summary may be: any of these may be it. */
const ENGLISH = [' not ', 'n’t ', "n't ", 'Not ', 'ever ', 'ithout ', 'void', 'xcept', 'only'];

const FILLER = new Set(
  'about after also and any anything are because been before being but can could does doing each else ever even for from have her here him his how into just know like make many more most much need only other our out over please problem really same sense should some something such sure than thank thanks that the their them then there these they thing think this those time too until use very want was way well were what when where which while who why will with would worries you your'.split(
    ' ',
  ),
);

/** Words by which a prohibition is recognised when it is told in other words. */
function contentWords(clause: string): string[] {
  const words: string[] = [];
  for (const [word] of clause.matchAll(/[A-Za-z]{4,}/g)) {
    const lower = word.toLowerCase();
    // The stem is there in other forms of the word, and in other cases of its first letter.
    if (!FILLER.has(lower) && words.length < 3) words.push(lower.slice(1, Math.max(4, lower.length - 2)));
  }
  return words;
}

const MOST_WORDS = 3;

/** Stems of the longer words of a clause, and its acronyms. */
function otherWords(clause: string): string[] {
  const words = [...clause.matchAll(/\p{Lu}{2,}|\p{L}{5,}/gu)].map(([word]) => word).slice(0, MOST_WORDS);
  return words.map((word) => (word === word.toUpperCase() ? word : word.slice(1, Math.max(4, word.length - 2))));
}

/**
 * Identifiers, numbers of two digits and more, dates and prohibitions in what a user says; at most 24.
 *
 * @param text at most 8,192 characters of it are read
 */
export function criticalItems(text: string): CriticalItem[] {
  const read = text.slice(0, MOST_TEXT);
  const items = new Map<string, CriticalItem>();
  const add = (item: CriticalItem) => {
    if (items.size < MOST_ITEMS && item.stated.length <= MOST_LENGTH) items.set(item.stated, item);
  };
  for (const { word, before } of wordsWithDigits(read)) {
    const item = itemOf(word, before);
    if (!item) continue;
    const bare = item.stated.replaceAll(',', '').replace(/^#/, '');
    add({ ...item, anyOf: bare === item.stated ? [item.stated] : [item.stated, bare] });
  }
  if (read.includes('@'))
    for (const [stated] of read.matchAll(EMAIL)) add({ kind: 'identifier', stated, anyOf: [stated] });
  for (const [whole, clause = ''] of read.matchAll(PROHIBITION)) {
    const anyOf = contentWords(clause);
    if (anyOf.length >= 2) add({ kind: 'prohibition', stated: whole.slice(0, MOST_LENGTH), anyOf });
  }
  for (const [whole, clause = ''] of read.matchAll(OTHER_PROHIBITION)) {
    const anyOf = otherWords(clause);
    if (anyOf.length > 0)
      add({ kind: 'prohibition', stated: whole.slice(0, MOST_LENGTH).trim(), anyOf: [...anyOf, ...ENGLISH] });
  }
  return [...items.values()];
}
