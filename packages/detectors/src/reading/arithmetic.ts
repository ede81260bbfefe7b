const MOST_NUMBERS = 48;
/** So many of a thing have a price together. */
const MOST_TIMES = 9;

/** A number that another one may have been worked out from. */
export interface Operand {
  number: number;
  /** It may be a percentage. */
  mayBeShare: boolean;
}

const near = (a: number, b: number): boolean => Math.abs(a - b) < 0.006 || Math.round(a) === b;

/** What two numbers give: their sum, difference, product, quotient, or a percentage of the first. */
function isStep(a: number, { number: b, mayBeShare }: Operand, target: number): boolean {
  if (near(a + b, target) || near(a - b, target) || near(a * b, target) || (b !== 0 && near(a / b, target)))
    return true;
  if (!mayBeShare || b <= 0 || b > 100) return false;
  const share = (a * b) / 100;
  return near(share, target) || near(a - share, target) || near(a + share, target);
}

/**
 * Whether a number can be had from others by simple calculation: a sum, difference, product, quotient or percentage of two, or a sum
 * of neighbours. Of more than 48 numbers the first are looked at.
 */
export function isComputable(target: number, operands: readonly Operand[]): boolean {
  const given = operands.slice(0, MOST_NUMBERS);
  for (const [i, { number: a }] of given.entries()) {
    let sum = a;
    for (const { number } of given.slice(i + 1)) {
      sum += number;
      if (near(sum, target)) return true;
    }
    if (given.some((each, j) => j !== i && isStep(a, each, target))) return true;
  }
  return false;
}

/** Whether a number can be had from one other number by one step of calculation with any of some numbers. */
export function isStepFrom(target: number, from: number, operands: readonly Operand[]): boolean {
  const given = operands.slice(0, MOST_NUMBERS).filter(({ number }) => number !== from);
  const whole: Operand = { number: from, mayBeShare: false };
  return given.some((each) => isStep(from, each, target) || isStep(each.number, whole, target));
}

/** Whether a number is a few times another one, as the price of a few equal things is. */
export function isMultiple(target: number, numbers: readonly number[]): boolean {
  return numbers.some((each) => {
    const times = Math.round(target / each);
    return times >= 2 && times <= MOST_TIMES && Math.abs(target - times * each) < 0.006;
  });
}

const DAY_MS = 86_400_000;
const dayAt = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS;

/** Days from one date to another, both `YYYY-MM-DD`; NaN where one of them is none. */
export const daysBetween = (from: string, to: string): number => dayAt(to) - dayAt(from);

/** Months from a day to the same day of another month. */
function monthsBetween(from: string, to: string): number {
  if (from.slice(8) !== to.slice(8)) return Number.NaN;
  return 12 * (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) + Number(to.slice(5, 7)) - Number(from.slice(5, 7));
}

/** Whether a date lies so many days, weeks or months before or after another one, as one of the numbers says. */
export function isDateReckoned(date: string, from: string, numbers: readonly number[]): boolean {
  const days = Math.abs(daysBetween(from, date));
  const months = Math.abs(monthsBetween(from, date));
  return numbers.some((number) => number > 0 && (number === days || number * 7 === days || number === months));
}
