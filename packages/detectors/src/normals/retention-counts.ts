import { addSketch, addValue, countIn, halveSketch, type QuantileSketch } from './quantile-sketch.ts';
import type { Subject } from './subject.ts';

/** Shares of a context that survived the handoffs of a pair of agents. */
export const retentionSubject: Subject<QuantileSketch, number> = {
  empty: () => [],
  learn: addValue,
  seen: countIn,
  halve: halveSketch,
  merge: addSketch,
};
