import type { NormalValue } from './normal-value.ts';

/**
 * Optimal string alignment distance (Damerau–Levenshtein without repeated edits): insertions, deletions, substitutions and swaps of
 * neighbours. Stops at `most` + 1.
 */
export function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > most) return most + 1;
    before = last;
    last = row;
  }
  return last[b.length] ?? most + 1;
}

/** Letters and digits by kind: `w2378156` and `w9999999` are of one shape. */
export const shapeOf = (text: string): string => text.replace(/\p{L}/gu, 'a').replace(/\p{N}/gu, '9');

const digitsOf = (text: string): string => text.replace(/\D/g, '');

const LEAST_DIGITS = 3;
/** In shorter numbers a zero more or less is mostly meant. */
const LEAST_WITH_ZEROS = 5;

const isZeroMore = (one: string, other: string, bare: string): boolean =>
  bare.length > 1 && Math.abs(one.length - other.length) === 1 && Math.max(one.length, other.length) > LEAST_WITH_ZEROS;

/** Two neighbouring digits swapped, one digit of four or more another, the point moved, or a zero too many. */
function nearNumbers(a: string, b: string): boolean {
  const [one, other] = [digitsOf(a), digitsOf(b)];
  const [bareOne, bareOther] = [one.replace(/0+$/, ''), other.replace(/0+$/, '')];
  // A debit of 5.50 is told as 5.50.
  if (Math.abs(Number(a)) === Math.abs(Number(b))) return false;
  if (bareOne === bareOther) return bareOne.length >= LEAST_DIGITS || isZeroMore(one, other, bareOne);
  if (one.length !== other.length || one.length < LEAST_DIGITS || a.indexOf('.') !== b.indexOf('.')) return false;
  const differing: number[] = [];
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) differing.push(i);
  const [first = 0, second = 0] = differing;
  if (differing.length === 1) return one.length >= LEAST_DIGITS + 1;
  return differing.length === 2 && second === first + 1 && one[first] === other[second] && one[second] === other[first];
}

/** Day and month swapped, another year, or the digits of the day swapped. Another day is mostly another date that was meant. */
function nearDates(a: string, b: string): boolean {
  const [yearA, monthA, dayA] = [a.slice(0, -6), a.slice(-5, -3), a.slice(-2)];
  const [yearB, monthB, dayB] = [b.slice(0, -6), b.slice(-5, -3), b.slice(-2)];
  if (monthA === monthB && dayA === dayB) return yearA !== yearB && yearA !== '-' && yearB !== '-';
  if (yearA !== yearB && yearA !== '-' && yearB !== '-') return false;
  if (monthA === dayB && dayA === monthB) return true;
  return monthA === monthB && dayA[0] === dayB[1] && dayA[1] === dayB[0];
}

/** Edits within which one identifier is taken for another. */
export const mostEdits = (length: number): number => (length < 4 ? 0 : Math.min(2, Math.floor(length / 3)));

/** One is likely a slip of the other: another value, written nearly the same. */
export function isNearMiss(a: Pick<NormalValue, 'kind' | 'text'>, b: Pick<NormalValue, 'kind' | 'text'>): boolean {
  if (a.text === b.text) return false;
  if (a.kind === 'date' || b.kind === 'date') return a.kind === b.kind && nearDates(a.text, b.text);
  if (a.kind === 'number' && b.kind === 'number') return nearNumbers(a.text, b.text);
  const most = mostEdits(a.text.length);
  return most > 0 && editDistance(a.text, b.text, most) <= most;
}

/** The number within an identifier that is letters and a number: a user leaves the letters out, and the agent puts them back. */
export const numberOf = ({ kind, text }: NormalValue): string | undefined =>
  kind === 'identifier' ? /^[a-z]{1,4}[-_ ]?([1-9]\d{3,})$/.exec(text)?.[1] : undefined;
