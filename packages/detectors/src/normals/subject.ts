/** How one kind of normals is counted. `Counts` is plain JSON and bounded, changed in place. */
export interface Subject<Counts, Observed> {
  empty(): Counts;
  /** Takes in what one run has shown. */
  learn(counts: Counts, observed: Observed): void;
  /** Runs, or handoffs, that were taken in and not forgotten. */
  seen(counts: Counts): number;
  /** Forgets half of everything. */
  halve(counts: Counts): void;
  /** Adds what was counted apart. */
  merge(counts: Counts, apart: Counts): void;
}
