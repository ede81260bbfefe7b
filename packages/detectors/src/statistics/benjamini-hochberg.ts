/**
 * Which of several hypotheses are rejected so that of those at most the share `rate` is expected to be so wrongly: the step-up procedure of
 * Benjamini and Hochberg (Controlling the false discovery rate, J. R. Stat. Soc. B 57, 1995).
 *
 * @param pValues of those that may be rejected at all; each at most 1
 * @param tried how many there were in all, those that are not listed because they cannot be rejected included
 * @returns the greatest p-value that is rejected; 0 where none is
 */
export function rejectedUpTo(pValues: readonly number[], tried: number, rate: number): number {
  const sorted = pValues.toSorted((a, b) => a - b);
  for (let rank = sorted.length; rank > 0; rank--) {
    const pValue = sorted[rank - 1] as number;
    if (pValue <= (rank / Math.max(tried, sorted.length)) * rate) return pValue;
  }
  return 0;
}
