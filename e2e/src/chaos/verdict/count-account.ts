import type { Ledger } from '../load/ledger.ts';
import type { LateCopies } from './late-copies.ts';

export interface CountComparison {
  /** Spans that were counted more than once */
  readonly surplus: number;
  /** What is not as it was sent, in words */
  readonly problems: readonly string[];
}

/**
 * How many spans the runs say to have seen, and step statistics to have counted, against what was sent. What is read merged, as
 * the view `spans` is, cannot tell a span that was processed twice; these counts can.
 */
export class CountAccount {
  readonly #ledger: Ledger;
  readonly #late: LateCopies;
  readonly #counted = new Map<string, number>();
  readonly #unknown: string[] = [];
  readonly #twice: string[] = [];

  constructor(ledger: Ledger, late: LateCopies) {
    this.#ledger = ledger;
    this.#late = late;
  }

  /** A row of the view `runs`. */
  add(traceId: string, spanCount: number): void {
    if (!this.#ledger.run(traceId)) this.#unknown.push(`${traceId}: a run that was never sent`);
    else if (this.#counted.has(traceId)) this.#twice.push(`${traceId}: a run that is there twice`);
    else this.#counted.set(traceId, spanCount);
  }

  /**
   * To be called once, when all have been added.
   *
   * @param inStepStats sum of `span_count` in `step_stats`
   */
  compare(inStepStats: number): CountComparison {
    const problems = [...this.#unknown, ...this.#twice];
    let surplus = 0;
    for (const [traceId, { template }] of this.#ledger.entries()) {
      const sent = template.spanIds.length;
      const counted = this.#counted.get(traceId);
      if (counted === undefined) problems.push(`${traceId}: no run`);
      else if (counted < sent || (counted > sent && !this.#late.traceIds.has(traceId))) {
        problems.push(`${traceId}: a run of ${counted} spans in place of ${sent}`);
        surplus += Math.max(0, counted - sent);
      }
    }
    const { spans } = this.#ledger;
    const most = spans + this.#late.count;
    if (inStepStats < spans || inStepStats > most) {
      const range = most === spans ? `${spans}` : `${spans} to ${most}`;
      problems.push(`step_stats: ${inStepStats} spans in place of ${range}`);
    }
    return { surplus: Math.max(surplus, inStepStats - most), problems };
  }
}
