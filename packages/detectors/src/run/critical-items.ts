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

const PATTERNS: readonly { kind: CriticalItem['kind']; pattern: RegExp }[] = [
  { kind: 'date', pattern: /\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b/g },
  {
    kind: 'date',
    pattern:
      /\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}\b|\b\d{1,2}\.? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b/g,
  },
  { kind: 'identifier', pattern: /\b[\w.+-]+@[\w-]+\.[\w.]+\b/g },
  // Letters and digits in one word, joined by - _ # or nothing.
  { kind: 'identifier', pattern: /#?\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9][\w-]{2,40}\b/g },
  { kind: 'number', pattern: /(?<![\w.,-])\d{1,3}(?:,\d{3})+(?:\.\d+)?\b|(?<![\w.,-])\d+(?:\.\d+)?\b(?![\w-])/g },
];

/** What must not be done, up to the end of the clause. */
const PROHIBITION =
  /\b(?:do not|don't|don’t|never|must not|mustn't|cannot|can't|no|without|except|avoid|not)\b[ ,]+([^.;:!?\n,]{4,80})/gi;
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

/**
 * Identifiers, numbers of two digits and more, dates and prohibitions in what a user says; at most 24, in order of kind.
 *
 * @param text at most 8,192 characters of it are read
 */
export function criticalItems(text: string): CriticalItem[] {
  const read = text.slice(0, MOST_TEXT);
  const items = new Map<string, CriticalItem>();
  const add = (item: CriticalItem) => {
    if (items.size < MOST_ITEMS && item.stated.length <= MOST_LENGTH) items.set(item.stated, item);
  };
  for (const { kind, pattern } of PATTERNS) {
    for (const [stated] of read.matchAll(pattern)) {
      if (kind === 'number' && stated.replace(/\D/g, '').length < 2) continue;
      if ([...items.values()].some((item) => item.stated.includes(stated))) continue;
      const bare = stated.replaceAll(',', '').replace(/^#/, '');
      add({ kind, stated, anyOf: bare === stated ? [stated] : [stated, bare] });
    }
  }
  for (const [whole, clause = ''] of read.matchAll(PROHIBITION)) {
    const anyOf = contentWords(clause);
    if (anyOf.length >= 2) add({ kind: 'prohibition', stated: whole.slice(0, MOST_LENGTH), anyOf });
  }
  return [...items.values()];
}
