const MOST_NUMBERS = 48;

const near = (a: number, b: number): boolean => Math.abs(a - b) < 0.006 || Math.round(a) === b;

/**
 * Whether a number can be had from others by simple calculation: a sum, difference, product, quotient or percentage of two, or a sum
 * of neighbours. Of more than 48 numbers the first are looked at.
 */
export function isComputable(target: number, numbers: readonly number[]): boolean {
  const given = numbers.slice(0, MOST_NUMBERS);
  for (let i = 0; i < given.length; i++) {
    const a = given[i] as number;
    let sum = a;
    for (let j = i + 1; j < given.length; j++) {
      sum += given[j] as number;
      if (near(sum, target)) return true;
    }
    for (const b of given) {
      if (near(a + b, target) || near(a - b, target) || near(a * b, target) || (b !== 0 && near(a / b, target)))
        return true;
      const share = (a * b) / 100;
      if (near(share, target) || near(a - share, target) || near(a + share, target)) return true;
    }
  }
  return false;
}
