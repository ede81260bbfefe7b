import { kindOfNormal } from './normal-value.ts';

const bare = (text: string): string => text.normalize('NFKD').replace(/[^\p{L}\p{N}]/gu, '');
const LEAST_TAIL = 4;
const CENTS = [100, 1_000];

/** So many decimals does a number in normal form have. */
const decimalsOf = (text: string): number => text.split('.')[1]?.length ?? 0;

const trailingZeros = (text: string): number => /^-?\d*?(0+)$/.exec(text)?.[1]?.length ?? 0;

/** The one is the other rounded to as many digits as it has. */
function isRounded(rounded: string, exact: string): boolean {
  const decimals = decimalsOf(rounded);
  const unit = decimals > 0 ? 10 ** -decimals : 10 ** trailingZeros(rounded);
  if (decimalsOf(exact) < decimals || (decimals === 0 && unit > Math.abs(Number(exact)) / 10)) return false;
  return Math.abs(Number(rounded) - Number(exact)) <= unit / 2 + 1e-9;
}

function sameNumber(a: string, b: string): boolean {
  const [one, other] = [Math.abs(Number(a)), Math.abs(Number(b))];
  if (Math.abs(one - other) <= 1e-9 * Math.max(one, other)) return true;
  // Cents, grams, per mille.
  if (CENTS.some((times) => Math.abs(one * times - other) < 0.51 || Math.abs(other * times - one) < 0.51)) return true;
  return isRounded(a, b) || isRounded(b, a);
}

const sharesWord = (a: string, b: string): boolean => {
  const words = new Set(
    a
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word.length > 2)
      .map((word) => word.slice(0, 4)),
  );
  return b.split(/[^\p{L}\p{N}]+/u).some((word) => word.length > 2 && words.has(word.slice(0, 4)));
};

/** One may be the code, the initials or a part of the other: `de` and `germany`. */
const isShort = (a: string, b: string): boolean => Math.min(a.length, b.length) <= 3;

/**
 * Whether two values of one field, in normal form, may say the same: in another form or unit, rounded, masked, as a code, a part or in
 * like words. In doubt they do.
 */
export function mayBeSame(a: string, b: string): boolean {
  if (a === b) return true;
  if (/[*…]|x{3,}/.test(a + b)) return true;
  const [one, other] = [bare(a), bare(b)];
  if (one === other || one === '' || other === '') return true;
  const [kindA, kindB] = [kindOfNormal(a), kindOfNormal(b)];
  if (kindA === 'number' && kindB === 'number') return sameNumber(a, b);
  if (kindA === 'date' && kindB === 'date')
    return (a.startsWith('-') || b.startsWith('-')) && a.slice(-5) === b.slice(-5);
  if (kindA === 'flag' && kindB === 'flag') return false;
  if (kindA === 'identifier' && kindB === 'identifier') return isTail(one, other);
  if (kindA !== kindB)
    return isTail(one, other) || kindA === 'flag' || kindB === 'flag' || kindA === 'text' || kindB === 'text';
  return isShort(one, other) || one.includes(other) || other.includes(one) || sharesWord(a, b);
}

/** The last characters of the other: of a card, an account, an id without its prefix. */
const isTail = (a: string, b: string): boolean =>
  a.length !== b.length && Math.min(a.length, b.length) >= LEAST_TAIL && (a.endsWith(b) || b.endsWith(a));
