import type { Counts, Interval } from './interval.ts';
import { logBeta } from './log-beta.ts';

const PRECISION = 1e-7;

/** Jeffreys' prior over shares. */
const PRIOR = 0.5;

/**
 * Logarithm of the evidence against the share `p` after `hits` of `trials`: how much likelier they are under Jeffreys' mixture of all
 * shares than under this one. Under `p` it is the logarithm of a martingale that starts at 1, so it exceeds ln(1 / error) at any time
 * with at most that probability (Ville), and it is a function of the counts alone.
 */
function evidenceAgainst(p: number, { hits, trials }: Counts): number {
  const misses = trials - hits;
  const likelihood = (hits > 0 ? hits * Math.log(p) : 0) + (misses > 0 ? misses * Math.log1p(-p) : 0);
  return logBeta(hits + PRIOR, misses + PRIOR) - logBeta(PRIOR, PRIOR) - likelihood;
}

/**
 * Confidence sequence for a share: it holds the true share at all times at once with probability `1 - error`, however often one looks
 * (H. Robbins, Statistical methods related to the law of the iterated logarithm, Ann. Math. Stat. 41, 1970; for the beta-binomial mixture:
 * S. R. Howard et al., Time-uniform, nonparametric, nonasymptotic confidence sequences, Ann. Stat. 49, 2021). Exact for independent
 * trials, a function of the counts alone; of nothing it is all of [0, 1].
 *
 * @param error between 0 and 1
 */
export function shareSequence(counts: Counts, error: number): Interval {
  const { hits, trials } = counts;
  if (!(trials > 0)) return { low: 0, high: 1 };
  const bound = Math.log(1 / error);
  const share = hits / trials;
  return {
    low: hits <= 0 ? 0 : boundary(share, 0, counts, bound),
    high: hits >= trials ? 1 : boundary(share, 1, counts, bound),
  };
}

/** Between the share that was seen, which is never refuted, and an end of [0, 1], which is. */
function boundary(seen: number, end: number, counts: Counts, bound: number): number {
  let [inside, outside] = [seen, end];
  while (Math.abs(outside - inside) > PRECISION) {
    const middle = (inside + outside) / 2;
    if (evidenceAgainst(middle, counts) >= bound) outside = middle;
    else inside = middle;
  }
  return outside;
}
