import { logChoose } from './log-beta.ts';

/** Failures and successes of one stratum, and those of them that have an attribute. */
export interface Stratum {
  failures: number;
  failuresWith: number;
  successes: number;
  successesWith: number;
}

/**
 * Probability that at least so many failures have an attribute when within each stratum it has nothing to do with failing: the exact
 * conditional test of several 2×2 tables (R. A. Fisher 1935 for one; M. W. Birch, The detection of partial association, J. R. Stat. Soc. B 26,
 * 1964, for several). Each table's count is hypergeometric given its margins, their sum is the convolution. A stratum in which all or none have
 * the attribute says nothing. All counts are whole numbers.
 */
export function overRepresentation(strata: readonly Stratum[]): number {
  let sum = [1];
  let seen = 0;
  for (const stratum of strata) {
    const { least, shares } = hypergeometric(stratum);
    seen += stratum.failuresWith - least;
    sum = convolved(sum, shares);
  }
  let tail = 0;
  for (let i = sum.length - 1; i >= seen; i--) tail += sum[i] as number;
  return Math.min(1, tail);
}

/** Probabilities of the counts from the least that can be on. */
function hypergeometric({ failures, failuresWith, successes, successesWith }: Stratum) {
  const all = failures + successes;
  const having = failuresWith + successesWith;
  const least = Math.max(0, having - successes);
  const most = Math.min(having, failures);
  const total = logChoose(all, having);
  const shares: number[] = [];
  for (let k = least; k <= most; k++) {
    shares.push(Math.exp(logChoose(failures, k) + logChoose(successes, having - k) - total));
  }
  return { least, shares };
}

function convolved(a: readonly number[], b: readonly number[]): number[] {
  if (b.length === 1) return [...a];
  const sum = new Array<number>(a.length + b.length - 1).fill(0);
  for (const [i, x] of a.entries()) for (const [j, y] of b.entries()) sum[i + j] = (sum[i + j] as number) + x * y;
  return sum;
}
