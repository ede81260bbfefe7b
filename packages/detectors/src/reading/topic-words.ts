/**
 * Words by which a text is recognised as being about something, as numbers of 30 bits: words of four letters and more by their first
 * six (other forms of a word begin alike), words with digits, pairs of characters where a script does not separate words. Words
 * that say nothing of a subject are left out.
 */
export type TopicWords = number[];

const COMMON =
  'about above after again against agent allow almost already also although always among another anyone anything around assist available based because become been before being below best better between both bring call called calls cannot case certain check clear come complete confirm contact content could current customer decide detail different does doing done down during each either else enough ensure even ever every everything example find finally first follow following found from further general give given goes going great happy hard have having hello help helpful here however identify important include includ indeed information instead into issue itself just keep kind know known last later least less like likely list look made main make many matter maybe mean might more most much must name near need needed needs never next nothing notice note once only open option order other others otherwise over part parts perhaps please point possible previous proceed process provide query question quick rather ready really reason regard regarding related reply request require response result results return right role same second seem shall should show side similar simple since some someone something soon specific start state status step steps still such sure take task tell text than thank thanks that their them then there therefore these they thing things think third this those though through thus time today together tool toward type under understand until upon used user uses using value very want well were what whatever when where whether which while will wish with within without work would year your yours assistant argument arguments aber alle alles auch beim bitte damit dann dass dein diese dieser dieses doch eine einem einen einer eines etwa hier ihre ihren immer kann kein keine können mehr mein meine nach nicht noch oder ohne schon sehr sein seine sich sind sondern über unter viel vom weil wenn werden wird wurde zum zur avec cette comme dans depuis elle entre être mais même nous pour quand sans sont très tout toute tous vous vont ante bajo como con cual cuando desde donde ella ellos entre esta este esto hasta hacia para pero porque quien según sobre también tiene todo todos usted';

const MIDDLE = 6;
const LEAST_LETTERS = 4;
const LEAST_WITH_DIGIT = 3;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const BACKSLASH = 92;
const LOWER_U = 117;
const FIRST_CJK = 0x2e80;
const FIRST_FULL_WIDTH = 0xff00;

const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57;
const isLetter = (unit: number): boolean =>
  (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || (unit >= 0xc0 && unit < 0x2000);
const isUnseparated = (unit: number): boolean =>
  (unit >= 0x3040 && unit < FIRST_FULL_WIDTH && unit < 0xd800) || (unit >= FIRST_CJK && unit < 0x3000);

const COMMON_WORDS = new Set<number>();

/** Calls `take` with each word of a text, repeated ones too, and with the length of one that has digits (else 0). JSON text may be given as it is. */
function eachWord(text: string, take: (word: number, lengthOfValue: number) => void): void {
  let hash = FNV_OFFSET;
  let letters = 0;
  let digits = 0;
  let before = 0;
  const end = (): void => {
    if (digits > 0 ? letters + digits >= LEAST_WITH_DIGIT : letters >= LEAST_LETTERS) {
      const word = hash >>> 2;
      if (digits > 0 || !COMMON_WORDS.has(word)) take(word, digits > 0 ? letters + digits : 0);
    }
    hash = FNV_OFFSET;
    letters = 0;
    digits = 0;
  };
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (isDigit(unit)) {
      digits++;
      hash = Math.imul(hash ^ unit, FNV_PRIME);
    } else if (isLetter(unit)) {
      // Of a word with digits, every character counts.
      if (letters < MIDDLE || digits > 0) hash = Math.imul(hash ^ (unit < 128 ? unit | 32 : unit), FNV_PRIME);
      letters++;
    } else {
      end();
      if (isUnseparated(unit)) {
        if (before !== 0) take(Math.imul(Math.imul(FNV_OFFSET ^ before, FNV_PRIME) ^ unit, FNV_PRIME) >>> 2, 0);
        before = unit;
        continue;
      }
      if (unit === BACKSLASH) i += text.charCodeAt(i + 1) === LOWER_U ? 5 : 1;
    }
    before = 0;
  }
  end();
}

eachWord(COMMON, (word) => COMMON_WORDS.add(word));

/** What a text speaks of, and the values in it. */
export interface TopicText {
  /** Without words that have digits, which are values rather than subjects. */
  words: TopicWords;
  /** Values of five characters and more, which hardly stand in two texts by chance: identifiers, long numbers. */
  identifiers: TopicWords;
  /** Shorter values. */
  numbers: TopicWords;
}

const LEAST_IDENTIFIER = 5;

/** Words and values of a text, each once, at most `most` of a kind, in order. */
export function topicText(text: string, most: number): TopicText {
  const words = new Set<number>();
  const identifiers = new Set<number>();
  const numbers = new Set<number>();
  eachWord(text, (word, length) => {
    const kind = length === 0 ? words : length < LEAST_IDENTIFIER ? numbers : identifiers;
    if (kind.size < most) kind.add(word);
  });
  return { words: [...words], identifiers: [...identifiers], numbers: [...numbers] };
}

/** The words of a text, those with digits too, each once, at most `most`, in order. */
export function topicWords(text: string, most: number): TopicWords {
  const words = new Set<number>();
  eachWord(text, (word) => {
    if (words.size < most) words.add(word);
  });
  return [...words];
}

/** Words that were seen, in a filter of 3,840 bits (Bloom, one hash): it may hold a word to be known that is not. Plain JSON. */
export type SeenWords = number[];

const CELLS = 128;
const BITS = 30;

export const noWords = (): SeenWords => Array.from({ length: CELLS }, () => 0);

const cellOf = (word: number): number => ((word >>> 5) & 0xffff) % CELLS;
const bitOf = (word: number): number => 1 << ((Math.imul(word, 0x9e3779b1) >>> 8) % BITS);

export function addWords(seen: SeenWords, words: TopicWords): void {
  for (const word of words) {
    const cell = cellOf(word);
    seen[cell] = (seen[cell] ?? 0) | bitOf(word);
  }
}

/** @param most characters of the text that are read, the last ones */
export function addSeen(seen: SeenWords, text: string, most: number): void {
  eachWord(text.length > most ? text.slice(-most) : text, (word) => {
    const cell = cellOf(word);
    seen[cell] = (seen[cell] ?? 0) | bitOf(word);
  });
}

export const wasSeen = (seen: SeenWords, word: number): boolean => ((seen[cellOf(word)] ?? 0) & bitOf(word)) !== 0;
