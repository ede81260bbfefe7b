import { type NormalValue, normalValue } from './normal-value.ts';
import { LONGEST_AFTER, type NumberRole, roleInWords, roleOfBoth } from './number-roles.ts';
import { wordsWithDigits } from './words-with-digits.ts';

const MOST_VALUES = 512;
const MOST_TEXT = 65_536;

const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const MONTH = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i;
const AROUND = /^[\s"'`*_~([{<#$€£¥]+|[\s"'`*_~)\]}>.,:;!?]+$/g;
/** What joins several values in one word: `id=7`, `W1,W2`, `1/2`. */
const JOINTS = /[,;=|/\\:]+/;
const YEAR = /^,? (\d{4})\b/;
const MONTH_AFTER = /^(?:st|nd|rd|th)?(?: of)? ([A-Za-z]{3,9})\.?(?:,? (\d{4})\b)?/;

/**
 * Identifiers, numbers and dates in a text of words, in normal form, at most 512. Words without any digit are none, save e-mail
 * addresses.
 *
 * @param text at most 65,536 characters of it are read
 */
export function statedValues(text: string): NormalValue[] {
  const read = text.length > MOST_TEXT ? text.slice(0, MOST_TEXT) : text;
  const found = new Map<string, NormalValue>();
  const add = (value: NormalValue | undefined) => {
    if (!value || value.kind === 'text' || value.kind === 'flag') return;
    if (found.size < MOST_VALUES && !found.has(value.text)) found.set(value.text, value);
  };
  const addNumber = (value: NormalValue, role: NumberRole | undefined) => {
    const known = found.get(value.text);
    const both = known ? roleOfBoth(known.role, role) : role;
    if (known) delete known.role;
    add(value);
    if (both !== undefined) (known ?? value).role = both;
  };
  let from = 0;
  for (const { word, before } of wordsWithDigits(read)) {
    const at = read.indexOf(word, from);
    from = at + word.length;
    const bare = word.replace(AROUND, '');
    if (bare === '') continue;
    if (/^\d{1,2}(?:st|nd|rd|th)?$/.test(bare)) {
      const year = YEAR.exec(read.slice(from, from + 8))?.[1];
      if (MONTH.test(before)) add(normalValue(`${before} ${bare}${year ? ` ${year}` : ''}`));
      const after = MONTH_AFTER.exec(read.slice(from, from + 24));
      if (after && MONTH.test(after[1] ?? '')) add(normalValue(`${bare} ${after[1]}${after[2] ? ` ${after[2]}` : ''}`));
    }
    const whole = normalValue(bare);
    if (whole?.kind === 'number') addNumber(whole, roleInWords(bare, before, read.slice(from, from + LONGEST_AFTER)));
    else add(whole);
    if (whole?.kind === 'number' || whole?.kind === 'date' || !JOINTS.test(bare)) continue;
    for (const piece of bare.split(JOINTS)) add(normalValue(piece.replace(AROUND, '')));
  }
  if (read.includes('@')) for (const [address] of read.matchAll(EMAIL)) add(normalValue(address));
  return [...found.values()];
}
