/** A case with what may be compared with it. */
export interface ScoredCase {
  readonly score: number;
  readonly failed: boolean;
  /** Only cases of one stratum are compared. */
  readonly stratum: string;
  /** Cases of one cluster are no independent evidence. */
  readonly cluster: string;
}

export interface Auc {
  readonly auc: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
}

const RESAMPLES = 1_000;

/**
 * How surely, of a failed case and one that did not fail in the same stratum, the failed one has the greater score, ties counted half: the area under the ROC curve by
 * Mann and Whitney, over all such pairs. Its interval is the percentile bootstrap over clusters (Efron and Tibshirani 1993, chapter 13; clusters as
 * Field and Welsh 2007). Null where there is no such pair.
 */
export function stratifiedAuc(cases: readonly ScoredCase[]): Auc | null {
  const clusters = [...new Set(cases.map(({ cluster }) => cluster))].sort();
  const indexOf = new Map(clusters.map((cluster, i) => [cluster, i]));
  const pairs: [failed: number, other: number, won: number][] = [];
  for (const stratum of Map.groupBy(cases, ({ stratum }) => stratum).values()) {
    const others = stratum.filter(({ failed }) => !failed);
    for (const failed of stratum) {
      if (!failed.failed) continue;
      for (const other of others) {
        const won = failed.score > other.score ? 1 : failed.score === other.score ? 0.5 : 0;
        pairs.push([indexOf.get(failed.cluster) as number, indexOf.get(other.cluster) as number, won]);
      }
    }
  }
  if (pairs.length === 0) return null;
  const weigh = (weights: Float64Array): number => {
    let [won, all] = [0, 0];
    for (const [a, b, win] of pairs) {
      const weight = (weights[a] as number) * (weights[b] as number);
      won += weight * win;
      all += weight;
    }
    return all === 0 ? Number.NaN : won / all;
  };
  const auc = weigh(new Float64Array(clusters.length).fill(1));
  const next = randomNumbers();
  const drawn: number[] = [];
  for (let i = 0; i < RESAMPLES; i++) {
    const weights = new Float64Array(clusters.length);
    for (let j = 0; j < clusters.length; j++) {
      const at = Math.floor(next() * clusters.length);
      weights[at] = (weights[at] as number) + 1;
    }
    const each = weigh(weights);
    if (!Number.isNaN(each)) drawn.push(each);
  }
  drawn.sort((a, b) => a - b);
  const quantile = (share: number): number => drawn[Math.round(share * (drawn.length - 1))] ?? auc;
  return { auc, low: quantile(0.025), high: quantile(0.975), pairs: pairs.length };
}

/** The same ones every time: mulberry32, T. Ettinger 2017. */
function randomNumbers(): () => number {
  let state = 20_260_105;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
