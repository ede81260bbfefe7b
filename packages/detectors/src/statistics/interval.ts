/** From where to where, both included. */
export interface Interval {
  low: number;
  high: number;
}

/** Quantile of the standard normal distribution that leaves 2.5 % on either side. */
export const Z_95 = 1.959964;

/**
 * Interval for a share, `hits` of `trials`: Wilson's score interval (E. B. Wilson, Probable inference, the law of succession, and
 * statistical inference, JASA 22, 1927). It covers about 95 % when looked at once; for continuous looking see `shareSequence`.
 * Of nothing it is all of [0, 1].
 */
export function shareInterval(hits: number, trials: number, z = Z_95): Interval {
  if (!(trials > 0)) return { low: 0, high: 1 };
  const share = Math.min(1, Math.max(0, hits / trials));
  const weight = (z * z) / trials;
  const middle = (share + weight / 2) / (1 + weight);
  const spread = (z * Math.sqrt((share * (1 - share)) / trials + weight / (4 * trials))) / (1 + weight);
  return { low: Math.max(0, middle - spread), high: Math.min(1, middle + spread) };
}

/**
 * Interval for the difference of two independent shares, the second less the first: the square-and-add combination of their Wilson
 * intervals (R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine 17, 1998,
 * method 10). It covers about 95 % when looked at once.
 */
export function differenceInterval(first: Counts, second: Counts, z = Z_95): Interval {
  const [a, b] = [shareInterval(first.hits, first.trials, z), shareInterval(second.hits, second.trials, z)];
  const [p, q] = [shareOf(first, a), shareOf(second, b)];
  return {
    low: q - p - Math.hypot(q - b.low, a.high - p),
    high: q - p + Math.hypot(b.high - q, p - a.low),
  };
}

/** How often something was so, of how often it was looked at; both from 0 on, forgetting may make them fractions. */
export interface Counts {
  hits: number;
  trials: number;
}

const shareOf = ({ hits, trials }: Counts, { low, high }: Interval): number =>
  trials > 0 ? Math.min(high, Math.max(low, hits / trials)) : 0.5;
