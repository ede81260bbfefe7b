import type { NumberRole } from './number-roles.ts';

/** What a scalar value is, for comparing what two payloads say. */
export type ValueKind = 'identifier' | 'number' | 'date' | 'flag' | 'text';

export interface NormalValue {
  kind: ValueKind;
  /** One spelling for all that mean the same: `$1,234.50` and 1234.5; `#W12` and `w12`; `March 5, 2026` and `2026-03-05`. */
  text: string;
  /** The other reading of a date whose day and month could be either. */
  or?: string;
  /** Of a number in words. */
  role?: NumberRole;
}

/** Longer texts are prose: they are said in other words without being other values. */
const LONGEST = 64;

const NUMBER = /^([+-]?)\p{Sc}?\s?((?:\d{1,3}(?:[,' ]\d{3})+|\d{1,15})(?:\.\d+)?)\s?(?:%|\p{Sc}|[A-Z]{3})?$/u;
const DECIMAL_COMMA = /^([+-]?)\p{Sc}?\s?((?:\d{1,3}(?:\.\d{3})+|\d{1,15}),\d{1,2})\s?(?:%|\p{Sc}|[A-Z]{3})?$/u;
const LEADING_ZERO = /^\p{Sc}?0\d/u;
const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})(?:$|[T ]\d)/;
const NUMERIC_DATE = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/;
const MONTH_FIRST = /^([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,?(?: (\d{4}))?$/;
const DAY_FIRST = /^(\d{1,2})(?:st|nd|rd|th)?\.?(?: of)? ([A-Za-z]{3,9})\.?,?(?: (\d{4}))?$/;
const EMAIL = /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/;
const IDENTIFIER = /^#?[\p{L}\p{N}][\p{L}\p{N}_.:@+/#-]{1,62}[\p{L}\p{N}]$/u;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const two = (value: number): string => String(value).padStart(2, '0');

function date(year: string | undefined, month: number, day: number): string | undefined {
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  return `${year ?? '-'}-${two(month)}-${two(day)}`;
}

function namedDate(month: string, day: string, year: string | undefined): NormalValue | undefined {
  const at = MONTHS.indexOf(month.slice(0, 3).toLowerCase());
  const text = at < 0 ? undefined : date(year, at + 1, Number(day));
  return text === undefined ? undefined : { kind: 'date', text };
}

/** A date without a year is `--MM-DD` (ISO 8601). */
function dateIn(text: string): NormalValue | undefined {
  const iso = ISO_DATE.exec(text);
  if (iso) return { kind: 'date', text: `${iso[1]}-${iso[2]}-${iso[3]}` };
  const numeric = NUMERIC_DATE.exec(text);
  if (numeric) {
    const [, a = '', b = '', year] = numeric;
    const [one, other] = [date(year, Number(a), Number(b)), date(year, Number(b), Number(a))];
    if (one && other && one !== other) return { kind: 'date', text: one, or: other };
    const sure = one ?? other;
    return sure === undefined ? undefined : { kind: 'date', text: sure };
  }
  const monthFirst = MONTH_FIRST.exec(text);
  if (monthFirst) return namedDate(monthFirst[1] ?? '', monthFirst[2] ?? '', monthFirst[3]);
  const dayFirst = DAY_FIRST.exec(text);
  return dayFirst ? namedDate(dayFirst[2] ?? '', dayFirst[1] ?? '', dayFirst[3]) : undefined;
}

function numberIn(text: string): string | undefined {
  if (LEADING_ZERO.test(text)) return undefined;
  const plain = NUMBER.exec(text);
  const digits = plain?.[2]?.replace(/[,' ]/g, '');
  if (plain && digits !== undefined) return String(Number(plain[1] + digits));
  const comma = DECIMAL_COMMA.exec(text);
  return comma ? String(Number((comma[1] ?? '') + (comma[2] ?? '').replaceAll('.', '').replace(',', '.'))) : undefined;
}

/** What the characters of a short text are, in one pass: most are told by it without any expression. */
function formOf(text: string): 'words' | 'word with digits' | 'plain number' | 'other' {
  let digits = 0;
  let points = 0;
  let isWord = true;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 48 && unit <= 57) digits += 1;
    else if (unit === 46) points += 1;
    else if (unit <= 32 || unit > 127) isWord = false;
  }
  if (digits === 0) return 'words';
  const first = text.charCodeAt(0);
  if (digits + points === text.length && points <= 1 && first >= 49 && first <= 57 && digits <= 15)
    return 'plain number';
  const isLetter = (first >= 97 && first <= 122) || (first >= 65 && first <= 90);
  return isWord && isLetter ? 'word with digits' : 'other';
}

function textValue(given: string): NormalValue | undefined {
  const text = given.length > LONGEST * 2 ? '' : given.trim();
  if (text === '' || text.length > LONGEST) return undefined;
  const form = formOf(text);
  if (form === 'plain number') return { kind: 'number', text: String(Number(text)) };
  if (form === 'word with digits' && IDENTIFIER.test(text)) return { kind: 'identifier', text: text.toLowerCase() };
  if (form === 'other') {
    const found = dateIn(text);
    if (found) return found;
    const number = numberIn(text);
    if (number !== undefined) return { kind: 'number', text: number };
    if (IDENTIFIER.test(text)) return { kind: 'identifier', text: text.replace(/^#/, '').toLowerCase() };
  } else if (text.includes('@') && EMAIL.test(text)) return { kind: 'identifier', text: text.toLowerCase() };
  const lower = text.toLowerCase();
  if (lower === 'true' || lower === 'false') return { kind: 'flag', text: lower };
  return { kind: 'text', text: SPACES.test(lower) ? lower.replace(/\s+/g, ' ') : lower };
}

const SPACES = /\s\s|[^\S ]/;
const NORMAL_DATE = /^(?:-|\d{4})-\d\d-\d\d$/;
const NORMAL_NUMBER = /^-?\d+(?:\.\d+)?$/;

/** The kind of a text that is in normal form already. */
export function kindOfNormal(text: string): ValueKind {
  const form = formOf(text);
  if (form === 'plain number' || (form === 'other' && NORMAL_NUMBER.test(text))) return 'number';
  if (form === 'other' && NORMAL_DATE.test(text)) return 'date';
  if (form === 'word with digits' || (form === 'other' && !text.includes(' '))) return 'identifier';
  return text === 'true' || text === 'false' ? 'flag' : text.includes('@') ? 'identifier' : 'text';
}

/** A scalar of a payload in its normal form; undefined for null, containers, nothing, and prose (above 64 characters). */
export function normalValue(value: unknown): NormalValue | undefined {
  if (typeof value === 'number') return { kind: 'number', text: String(value) };
  if (typeof value === 'boolean') return { kind: 'flag', text: String(value) };
  return typeof value === 'string' ? textValue(value) : undefined;
}

/** Both say the same, in whatever form. A date without a year agrees with that day of any year. */
export function sameValue(a: NormalValue, b: NormalValue): boolean {
  if (a.text === b.text) return true;
  if (a.kind !== 'date' || b.kind !== 'date') return false;
  const days = [b.text, b.or ?? b.text];
  return [a.text, a.or ?? a.text].some((one) =>
    days.some(
      (other) => one === other || ((one.startsWith('--') || other.startsWith('--')) && dayOf(one) === dayOf(other)),
    ),
  );
}

const dayOf = (text: string): string => text.slice(-5);
