import { logBeta } from './log-beta.ts';

/** Two shares of which one is to be told from the other: what is held to be true, and what is held to be so otherwise. */
export interface Hypotheses {
  share: number;
  otherwise: number;
}

const LEAST = 1e-6;
const within = (share: number): number => Math.min(1 - LEAST, Math.max(LEAST, share));

/**
 * Logarithm of how much likelier it is that `hits` of `trials` come of the one share than of the other: the statistic of Wald's
 * sequential probability ratio test (A. Wald, Sequential tests of statistical hypotheses, Ann. Math. Stat. 16, 1945).
 *
 * It may be looked at after every trial: that it ever exceeds `ln(1 / error)` though the other share is the true one has at most
 * the probability `error` (Ville's inequality), whenever one stops.
 */
export function evidenceFor({ share, otherwise }: Hypotheses, hits: number, trials: number): number {
  const [p, q] = [within(share), within(otherwise)];
  return hits * Math.log(p / q) + (trials - hits) * Math.log((1 - p) / (1 - q));
}

/** It is established that the share is `share` rather than `otherwise`, with at most this probability of error. */
export const isEstablished = (evidence: number, error: number): boolean => evidence >= -Math.log(within(error));

/** The contrary is. */
export const isRefuted = (evidence: number, error: number): boolean => evidence <= Math.log(within(error));

/**
 * The same against any share, each held to be as likely: the Beta-binomial Bayes factor. It may be looked at after
 * every trial, too; the probability of error is then that over all shares (H. Robbins, Statistical methods related to the law
 * of the iterated logarithm, Ann. Math. Stat. 41, 1970: the method of mixtures).
 */
export function evidenceAgainstAny(share: number, hits: number, trials: number): number {
  const p = within(share);
  const misses = trials - hits;
  return hits * Math.log(p) + misses * Math.log(1 - p) - logBeta(hits + 1, misses + 1);
}
