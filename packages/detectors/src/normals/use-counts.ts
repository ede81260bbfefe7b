import type { UseCounts } from '../detector/normals.ts';
import type { Subject } from './subject.ts';

/** How often the results of a lookup were used. */
export const useSubject: Subject<UseCounts, boolean> = {
  empty: () => ({ runs: 0, used: 0 }),
  learn(counts, isUsed) {
    counts.runs += 1;
    if (isUsed) counts.used += 1;
  },
  seen: ({ runs }) => runs,
  halve(counts) {
    counts.runs >>= 1;
    counts.used >>= 1;
  },
  merge(counts, apart) {
    counts.runs += apart.runs;
    counts.used += apart.used;
  },
};
