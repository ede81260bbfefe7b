import { decodeBlockLazily, type Span } from '@spanwise/schemas';
import { LATE_GRACE_MS } from '../config.ts';
import type { Ledger } from '../load/ledger.ts';
import type { ReadMessage } from './topic-reader.ts';

/** What was held up for less than this cannot have been sent again after the grace: half of it, since a parcel has pauses of its own. */
const SURELY_IN_TIME_MS = LATE_GRACE_MS / 2;

export interface LateCopy {
  readonly traceId: string;
  readonly spanId: string;
  readonly copies: number;
}

/**
 * Spans that stand in `spans` once more, later than their run is sure to remember them: there they may count twice, as is
 * documented. Told by the topic itself; only of runs that can have any is anything held.
 */
export class LateCopies {
  readonly #ledger: Ledger;
  readonly #firstSeen = new Map<string, number>();
  readonly #copies = new Map<string, LateCopy>();
  /** Runs that have any */
  readonly traceIds: Set<string> = new Set();
  /** Such copies, all together */
  count = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Spans that have any, with how many */
  get bySpan(): LateCopy[] {
    return [...this.#copies.values()];
  }

  /** A message of `spans`; they come in the order of each partition. */
  see({ value, time }: Pick<ReadMessage, 'value' | 'time'>): void {
    for (const { traceId, spanId } of readable(value)) {
      if (!this.#mayHaveAny(traceId)) continue;
      const id = `${traceId} ${spanId}`;
      const first = this.#firstSeen.get(id);
      if (first === undefined) this.#firstSeen.set(id, time);
      else if (time - first >= LATE_GRACE_MS) {
        const copies = (this.#copies.get(id)?.copies ?? 0) + 1;
        this.#copies.set(id, { traceId, spanId, copies });
        this.count += 1;
        this.traceIds.add(traceId);
      }
    }
  }

  #mayHaveAny(traceId: string): boolean {
    const run = this.#ledger.run(traceId);
    return run !== undefined && (run.route === 'collector' || run.delayedMs >= SURELY_IN_TIME_MS);
  }
}

function readable(value: Buffer | null): readonly Span[] {
  try {
    return value === null ? [] : decodeBlockLazily('Span', value);
  } catch {
    return [];
  }
}
