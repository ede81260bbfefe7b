/** What is believed of one weight: a normal distribution. */
export interface Belief {
  mean: number;
  variance: number;
}

/** One piece of evidence of an example and what is believed of its weight. */
export interface Term {
  value: number;
  belief: Belief;
}

/** Newton steps are over when one is smaller than this. */
const CLOSE = 1e-9;
const MOST_STEPS = 50;

export const logistic = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

/** Log-odds by the means. */
export const logOddsOf = (offset: number, terms: readonly Term[]): number =>
  terms.reduce((sum, { value, belief }) => sum + belief.mean * value, offset);

/**
 * Learns one example by Bayesian logistic regression with a diagonal normal belief, in place: the belief after it is the normal distribution
 * at the mode, with the curvature there (Laplace's approximation after every example: D. J. Spiegelhalter and S. L. Lauritzen,
 * "Sequential updating of conditional probabilities on directed graphical structures", Networks 20, 1990; with a
 * diagonal covariance: O. Chapelle and L. Li, "An empirical evaluation of Thompson sampling", NIPS 2011, algorithm 3). The mode is
 * found exactly: it lies on the line along variance × value, so that only its log-odds are unknown.
 *
 * @param offset log-odds that are not learnt
 * @param target what happened, 0 to 1
 */
export function learnExample(offset: number, terms: readonly Term[], target: number): void {
  const before = logOddsOf(offset, terms);
  const spread = terms.reduce((sum, { value, belief }) => sum + belief.variance * value * value, 0);
  if (!(spread > 0) || !Number.isFinite(spread) || !Number.isFinite(before)) return;
  // z = before + spread · (target − logistic(z)), whose right side falls in z: one solution, between these
  let low = before - spread;
  let high = before + spread;
  let at = before;
  for (let step = 0; step < MOST_STEPS; step++) {
    const p = logistic(at);
    const gap = at - before - spread * (target - p);
    if (gap > 0) high = at;
    else low = at;
    let next = at - gap / (1 + spread * p * (1 - p));
    if (!(next >= low && next <= high)) next = (low + high) / 2;
    const isClose = Math.abs(next - at) < CLOSE;
    at = next;
    if (isClose) break;
  }
  const p = logistic(at);
  for (const { value, belief } of terms) {
    belief.mean += belief.variance * value * (target - p);
    belief.variance = 1 / (1 / belief.variance + p * (1 - p) * value * value);
  }
}

/**
 * Forgets a little: the belief moves by this share back to what it was at first, in precision (as the evidence of so many examples ago weighs less).
 *
 * @param share 1/n keeps about the last n examples
 */
export function forget(belief: Belief, first: Belief, share: number): void {
  const kept = (1 - share) / belief.variance;
  const renewed = share / first.variance;
  const precision = kept + renewed;
  belief.mean = (kept * belief.mean + renewed * first.mean) / precision;
  belief.variance = 1 / precision;
}
