/** A part of a text, as offsets. */
export interface Place {
  from: number;
  to: number;
}

const BETWEEN_DIGITS = "[,.'’ \u00a0\u202f]?";

/** Where a number in normal form stands in a text as a word of its own, however its thousands and decimals are set apart. */
export function numberAt(text: string, number: string): Place | undefined {
  const [whole = '', decimals] = number.replace('-', '').split('.');
  const form = [...whole].join(BETWEEN_DIGITS) + (decimals === undefined ? '(?:[.,]0+)?' : `[.,]${decimals}0*`);
  const found = new RegExp(`(?<![\\p{L}\\d][-.,]?)${form}(?![\\d]|[.,]\\d)`, 'u').exec(text);
  return found ? { from: found.index, to: found.index + found[0].length } : undefined;
}

const SYMBOLS: Readonly<Record<string, string>> = {
  '€': 'eur',
  $: 'usd',
  '£': 'gbp',
  '¥': 'jpy',
  '₹': 'inr',
  '₩': 'krw',
  '₽': 'rub',
  '%': 'percent',
};
const AFTER = /^[\s\u00a0\u202f]?(?:(\p{Sc}|%)|(\p{L}{2,16})(?!\p{L}))/u;
const BEFORE = /(?:(\p{Sc})|(?<!\p{L})([A-Z]{3}))[\s\u00a0\u202f]?$/u;
/** Short words that follow any number. */
const NO_UNIT = new Set(
  'of in on to at by is or as an no and for the per was are has had der die das und von für des les est pour con por'.split(
    ' ',
  ),
);

const SCALED =
  /^[\s\u00a0\u202f]?(?:k|m|mn|mm|bn|b|t|thousand|million|billion|trillion|hundred|dozen|lakh|crore|tsd|tausend|mio|million(?:en)?|mrd|milliarden?|mille|milliers?|millions?|milliards?|mil|mill(?:ón|ones)|milhão|milhões|milioni|miliardi)(?![\p{L}\d])/iu;

/** The number is written as so many thousands or millions: it is rounded, and stands for another one. */
export const isScaled = (text: string, { to }: Place): boolean => SCALED.test(text.slice(to, to + 20));

/** The word of a number's unit, in lower case, a sign of a currency by its code; empty where none stands with it. */
export function unitAt(text: string, { from, to }: Place): string {
  const after = AFTER.exec(text.slice(to, to + 20));
  const before = after?.[1] ? null : BEFORE.exec(text.slice(Math.max(0, from - 5), from));
  const symbol = after?.[1] ?? before?.[1];
  if (symbol !== undefined) return SYMBOLS[symbol] ?? symbol;
  const word = (before?.[2] ?? after?.[2] ?? '').toLowerCase();
  return NO_UNIT.has(word) ? '' : word;
}
