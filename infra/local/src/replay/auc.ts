export interface Judged {
  /** Higher means more likely failed. */
  readonly score: number;
  readonly failed: boolean;
}

/**
 * Area under the ROC curve: the probability that a failed case scores higher than one that is not, ties counting half
 * (Mann–Whitney U over the number of pairs, by average ranks). Null unless both kinds are there.
 */
export function areaUnderCurve(cases: readonly Judged[]): number | null {
  const ranked = [...cases].sort((a, b) => a.score - b.score);
  const failed = ranked.filter((each) => each.failed).length;
  const others = ranked.length - failed;
  if (failed === 0 || others === 0) return null;
  let rankSum = 0;
  for (let start = 0; start < ranked.length; ) {
    let end = start + 1;
    while (end < ranked.length && ranked[end]?.score === ranked[start]?.score) end += 1;
    const averageRank = (start + 1 + end) / 2;
    rankSum += averageRank * ranked.slice(start, end).filter((each) => each.failed).length;
    start = end;
  }
  return (rankSum - (failed * (failed + 1)) / 2) / (failed * others);
}
