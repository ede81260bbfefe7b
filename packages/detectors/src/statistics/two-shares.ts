import type { Counts, Interval } from './interval.ts';

/** Logarithm of the likelihood of counts under the share `p`, but for a constant. */
const logLikelihood = ({ hits, trials }: Counts, p: number): number =>
  (hits > 0 ? hits * Math.log(p) : 0) + (trials > hits ? (trials - hits) * Math.log1p(-p) : 0);

const shareOf = ({ hits, trials }: Counts): number => hits / trials;

/** Inverse of the variance of the difference of two shares, at these shares. */
function information(a: Counts, b: Counts, p: number, q: number): number {
  const variance = (p * (1 - p)) / a.trials + (q * (1 - q)) / b.trials;
  return variance > 0 ? 1 / variance : 0;
}

/**
 * Shares of `a` and `b` under which both are likeliest while the second exceeds the first by `difference`: the root of the score, by
 * bisection, since the likelihood is concave.
 */
function likeliestWith(a: Counts, b: Counts, difference: number): number {
  let [low, high] = [Math.max(0, -difference), Math.min(1, 1 - difference)];
  for (let i = 0; i < 48; i++) {
    const p = (low + high) / 2;
    const q = p + difference;
    const score = (x: Counts, share: number) =>
      (x.hits > 0 ? x.hits / share : 0) - (x.trials > x.hits ? (x.trials - x.hits) / (1 - share) : 0);
    if (score(a, p) + score(b, q) > 0) low = p;
    else high = p;
  }
  return (low + high) / 2;
}

/** How surprising the difference is, squared: twice the logarithm of the likelihood ratio of the best fit to that with this difference. */
function deviance(a: Counts, b: Counts, difference: number): number {
  const p = likeliestWith(a, b, difference);
  const best = logLikelihood(a, shareOf(a)) + logLikelihood(b, shareOf(b));
  return Math.max(0, 2 * (best - logLikelihood(a, p) - logLikelihood(b, p + difference)));
}

/** What differences are worth to be found. */
export interface Resolution {
  /** Standard deviation of the normal mixture over differences, of shares: those of about this size are found soonest. */
  typical: number;
}

/** On either side, before two shares are compared. */
export const leastTrials = 30;

const RESOLUTION: Resolution = { typical: 0.04 };

/**
 * Logarithm of the evidence that two shares differ by something else than `difference` (the second less the first): the normal mixture of
 * H. Robbins (1970) over the signed root of the likelihood ratio, that is e = (1 + V τ²)^(−½) exp(½ R V τ² / (1 + V τ²)) with R the
 * deviance, V the information on the difference and τ what differences are typical. It is a function of the counts alone.
 *
 * It may be looked at after every session: by the time-uniform central limit theorem (I. Waudby-Smith et al., Time-uniform central limit
 * theory and asymptotic confidence sequences, Ann. Stat. 52, 2024) it exceeds ln(1 / error) at any time from `leastTrials` on with
 * at most the probability `error`, in the limit of many trials; the tests measure it from few on, at all shares. An exact e-process that is
 * a function of counts (a beta mixture over the greatest likelihood under the null) needs about twice the sessions.
 *
 * @returns −∞ while there are fewer than `leastTrials` on either side
 */
export function evidenceOfDifference(a: Counts, b: Counts, difference = 0, { typical } = RESOLUTION): number {
  if (Math.min(a.trials, b.trials) < leastTrials) return Number.NEGATIVE_INFINITY;
  const p = likeliestWith(a, b, difference);
  const scale = typical * typical * information(a, b, p, p + difference);
  if (!(scale > 0)) return 0;
  return 0.5 * (deviance(a, b, difference) * (scale / (1 + scale)) - Math.log1p(scale));
}

/**
 * Confidence sequence for the difference of two shares, the second less the first: those that `evidenceOfDifference` does not refute.
 *
 * @param error between 0 and 1
 */
export function differenceSequence(a: Counts, b: Counts, error: number, resolution = RESOLUTION): Interval {
  if (Math.min(a.trials, b.trials) < leastTrials) return { low: -1, high: 1 };
  const seen = shareOf(b) - shareOf(a);
  const bound = Math.log(1 / error);
  const boundary = (end: number): number => {
    let [inside, outside] = [seen, end];
    while (Math.abs(outside - inside) > 1e-5) {
      const middle = (inside + outside) / 2;
      if (evidenceOfDifference(a, b, middle, resolution) >= bound) outside = middle;
      else inside = middle;
    }
    return outside;
  };
  return { low: boundary(-1), high: boundary(1) };
}
