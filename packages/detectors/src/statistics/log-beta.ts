/** Bernoulli numbers over the denominators of Stirling's series, from 1/x on. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360];
/** From here on the series has an error below 1e-14. */
const LARGE = 10;

/**
 * Natural logarithm of Γ(x), for x > 0: Stirling's series (Abramowitz and Stegun, Handbook of Mathematical Functions, 6.1.41), for small
 * x by Γ(x + 1) = x Γ(x). Absolute error below 1e-12, relative to the result where that is greater than 1.
 */
export function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < LARGE; z++) shift += Math.log(z);
  const inverse = 1 / z;
  let power = inverse;
  let series = 0;
  for (const coefficient of STIRLING) {
    series += coefficient * power;
    power *= inverse * inverse;
  }
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/** Natural logarithm of the beta function B(a, b), a and b > 0. */
export const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/** Natural logarithm of the number of ways to choose k of n; −∞ where there is none. */
export const logChoose = (n: number, k: number): number =>
  k < 0 || k > n ? Number.NEGATIVE_INFINITY : logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
