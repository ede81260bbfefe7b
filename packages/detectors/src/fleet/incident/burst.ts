/**
 * How often runs go wrong in one way, and whether they do so much more often than before. Plain JSON; by runs that ended, not by time: where
 * there is more to do, more goes wrong.
 */
export interface Burst {
  /** Runs that went wrong so, and runs, of which the share that is normal is known; older ones count less. */
  normalHits: number;
  normalRuns: number;
  /** The same since the sum was last nothing, and the runs that had ended then: not yet known to be normal. */
  hits: number;
  since: number;
  /** Runs of the tenant that had ended when this was brought up to date. */
  seenRuns: number;
  /** The statistic of Page's test. */
  sum: number;
}

/** Runs after which what was normal counts half. */
const HALF_LIFE = 5_000;
/** Runs of a tenant from which on it is known what is normal: until then, everything is. */
const WARM_UP = 500;
/** No share is believed to be smaller: the rarest failures come in pairs now and then. */
const LEAST_SHARE = 0.002;
/** As if so many runs had been seen before the first, and so many of them had gone wrong. */
const PRIOR = { hits: 1.5, runs: 200 };
/** What a burst is: this many times the normal share, and this much above it. */
const TIMES = 4;
const ABOVE = 0.02;
const MOST_SHARE = 0.9;

export const newBurst = (runs: number): Burst => ({
  normalHits: 0,
  normalRuns: Math.min(runs, HALF_LIFE),
  hits: 0,
  since: runs,
  seenRuns: runs,
  sum: 0,
});

/** The share of runs that normally goes wrong so: a bound above it, one standard deviation of its count. */
export function normalShare({ normalHits, normalRuns }: Burst): number {
  const above = normalHits + Math.sqrt(normalHits) + PRIOR.hits;
  return Math.min(MOST_SHARE / 2, Math.max(LEAST_SHARE, above / (normalRuns + PRIOR.runs)));
}

/** The share from which it is a burst. */
export const burstShare = (burst: Burst): number => {
  const normal = normalShare(burst);
  return Math.min(MOST_SHARE, Math.max(TIMES * normal, normal + ABOVE));
};

/**
 * Brings a burst up to date: `runs` of the tenant have ended so far, and one more went wrong so if `isHit`.
 *
 * Page's cumulative sum for Bernoulli trials (E. S. Page, Continuous inspection schemes, Biometrika 41, 1954; Reynolds and Stoumbos, A CUSUM
 * chart for monitoring a proportion when inspecting continuously, J. Quality Technology 31, 1999): what each run adds is the logarithm of how
 * much likelier it is under the share of a burst than under the normal one. That it reaches h before it is nothing again, while all is
 * normal, has at most the probability e^−h.
 *
 * @returns the sum, 0 or more
 */
export function update(burst: Burst, runs: number, isHit: boolean): number {
  const [normal, bursting] = [normalShare(burst), burstShare(burst)];
  const passed = Math.max(0, runs - burst.seenRuns);
  burst.seenRuns = runs;
  burst.sum += passed * Math.log((1 - bursting) / (1 - normal));
  // what has gone on for so long is what is normal now
  if (burst.sum <= 0 || runs - burst.since > HALF_LIFE) {
    burst.sum = 0;
    burst.normalHits += burst.hits;
    burst.hits = 0;
    burst.since = runs;
  }
  const keeps = 2 ** (-passed / HALF_LIFE);
  burst.normalHits *= keeps;
  burst.normalRuns = burst.normalRuns * keeps + passed;
  if (isHit && runs < WARM_UP) burst.normalHits++;
  else if (isHit) {
    burst.hits++;
    burst.sum += Math.log(bursting / normal);
  }
  return burst.sum;
}
