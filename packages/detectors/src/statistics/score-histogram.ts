/** Numbers of failed and of other cases by score, bin by bin over 0 to 1: from it come an area under the curve and a reliability curve. */
export interface ScoreHistogram {
  failed: number[];
  others: number[];
  /** Sum of scores, by bin. */
  scores: number[];
  /** Sum of squared errors. */
  squares: number;
}

export const SCORE_BINS = 100;

export const emptyHistogram = (): ScoreHistogram => ({
  failed: new Array<number>(SCORE_BINS).fill(0),
  others: new Array<number>(SCORE_BINS).fill(0),
  scores: new Array<number>(SCORE_BINS).fill(0),
  squares: 0,
});

/**
 * Counts a case, or takes it back.
 *
 * @param score 0 to 1
 * @param failed share of it that failed, 0 to 1
 * @param times 1, or −1 to take back what was counted before
 */
export function countScore(histogram: ScoreHistogram, score: number, failed: number, times: 1 | -1 = 1): void {
  const bin = Math.min(SCORE_BINS - 1, Math.max(0, Math.floor(score * SCORE_BINS)));
  histogram.failed[bin] = (histogram.failed[bin] ?? 0) + times * failed;
  histogram.others[bin] = (histogram.others[bin] ?? 0) + times * (1 - failed);
  histogram.scores[bin] = (histogram.scores[bin] ?? 0) + times * score;
  histogram.squares += times * (score - failed) ** 2;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

export const countIn = ({ failed, others }: ScoreHistogram): number => Math.round(sum(failed) + sum(others));

export const failedIn = ({ failed }: ScoreHistogram): number => sum(failed);

/** Mean squared error of the scores (G. W. Brier, "Verification of forecasts expressed in terms of probability", 1950); null of nothing. */
export function brierIn(histogram: ScoreHistogram): number | null {
  const count = countIn(histogram);
  return count === 0 ? null : Math.max(0, histogram.squares) / count;
}

/**
 * How surely a failed case scores higher than one that did not fail: the area under the ROC curve by Mann and Whitney's U, cases of one bin counted as
 * ties, which is exact to the share of pairs in one bin. Null where all or none failed.
 */
export function aucIn({ failed, others }: ScoreHistogram): number | null {
  const [failures, rest] = [sum(failed), sum(others)];
  if (failures < 1e-9 || rest < 1e-9) return null;
  let below = 0;
  let pairs = 0;
  for (let bin = 0; bin < SCORE_BINS; bin++) {
    const other = others[bin] ?? 0;
    pairs += (failed[bin] ?? 0) * (below + other / 2);
    below += other;
  }
  return pairs / (failures * rest);
}

export interface ReliabilityPoint {
  least: number;
  count: number;
  predicted: number;
  failed: number;
}

/** The reliability curve in ten bins, those without cases left out. */
export function reliabilityIn({ failed, others, scores }: ScoreHistogram): ReliabilityPoint[] {
  const points: ReliabilityPoint[] = [];
  const width = SCORE_BINS / 10;
  for (let first = 0; first < SCORE_BINS; first += width) {
    const part = (numbers: readonly number[]) => sum(numbers.slice(first, first + width));
    const failures = part(failed);
    const count = Math.round(failures + part(others));
    if (count <= 0) continue;
    points.push({ least: first / SCORE_BINS, count, predicted: part(scores) / count, failed: failures / count });
  }
  return points;
}
