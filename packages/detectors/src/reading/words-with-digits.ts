export interface WordWithDigit {
  word: string;
  /** The word of 3 to 9 letters directly before it (of a longer one, its last 9), as `March` before `5`; may be empty. */
  before: string;
}

const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57;
const isLetter = (unit: number): boolean => (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90);

const SEPARATORS = new Set([...`"'()[]{}<>;!?`].map((char) => char.charCodeAt(0)));

const separates = (unit: number): boolean =>
  unit <= 127
    ? unit === 32 || (unit >= 9 && unit <= 13) || SEPARATORS.has(unit)
    : unit >= 160 && /\s/.test(String.fromCharCode(unit));

const SPACE = 32;
const PERIOD = 46;
const LEAST_LETTERS = 3;
const MOST_LETTERS = 9;

function wordBefore(text: string, start: number, from: number): string {
  if (start <= from || text.charCodeAt(start - 1) !== SPACE) return '';
  let end = start - 1;
  if (end > from && text.charCodeAt(end - 1) === PERIOD) end -= 1;
  let at = end;
  while (at > from && end - at < MOST_LETTERS && isLetter(text.charCodeAt(at - 1))) at -= 1;
  return end - at >= LEAST_LETTERS ? text.slice(at, end) : '';
}

/**
 * The words of a text that have a digit, between white space, quotes, brackets and sentence marks. In one pass: a regular
 * expression goes back at every word without a digit.
 */
export function wordsWithDigits(text: string): WordWithDigit[] {
  const found: WordWithDigit[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (!isDigit(text.charCodeAt(i))) continue;
    let start = i;
    while (start > from && !separates(text.charCodeAt(start - 1))) start -= 1;
    let end = i + 1;
    while (end < text.length && !separates(text.charCodeAt(end))) end += 1;
    found.push({ word: text.slice(start, end), before: wordBefore(text, start, from) });
    from = end;
    i = end;
  }
  return found;
}
