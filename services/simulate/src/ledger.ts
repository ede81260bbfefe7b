import type { CampaignTruth } from './campaign/campaign-truth.ts';
import type { Departure } from './emit/departures.ts';
import type { SimulatedRun } from './run.ts';
import type { Truth } from './truth.ts';
import type { TruthOutlet } from './truth-outlet.ts';

/** What was acknowledged. A run's truths are told once all of its spans were: before, they need not hold. */
export class Ledger {
  readonly #outlets: readonly TruthOutlet[];
  /** Spans of each run that are not acknowledged yet */
  readonly #spansLeft = new Map<SimulatedRun, number>();
  /** Runs of each session that are not acknowledged yet */
  readonly #runsLeft = new Map<string, number>();
  /** Where no outlet takes them */
  readonly truths: (Truth | CampaignTruth)[] = [];
  readonly injected: Record<string, number> = {};
  spansSent = 0;
  sessions = 0;
  runs = 0;

  constructor(outlets: readonly TruthOutlet[]) {
    this.#outlets = outlets;
  }

  /** The runs of some sessions, each of them whole, are going to be sent. */
  begin(runs: readonly SimulatedRun[]): void {
    for (const run of runs) this.#spansLeft.set(run, run.spans.length);
    for (const [sessionId, { length }] of Map.groupBy(runs, (run) => run.sessionId))
      this.#runsLeft.set(sessionId, length);
  }

  acknowledged(departures: readonly Departure[]): void {
    this.spansSent += departures.length;
    for (const { run } of departures) {
      const left = (this.#spansLeft.get(run) ?? 0) - 1;
      this.#spansLeft.set(run, left);
      if (left === 0) this.#whole(run);
    }
  }

  /** Tells what is true, to the outlets or to be kept. */
  tell(truths: readonly (Truth | CampaignTruth)[]): void {
    for (const outlet of this.#outlets) outlet.write(truths);
    if (this.#outlets.length === 0) this.truths.push(...truths);
  }

  #whole(run: SimulatedRun): void {
    this.#spansLeft.delete(run);
    this.runs += 1;
    for (const truth of run.truths) {
      if (truth.type === 'fault' && truth.primary) {
        this.injected[truth.pattern] = (this.injected[truth.pattern] ?? 0) + 1;
      }
    }
    this.tell(run.truths);
    const runsLeft = (this.#runsLeft.get(run.sessionId) ?? 0) - 1;
    this.#runsLeft.set(run.sessionId, runsLeft);
    if (runsLeft > 0) return;
    this.#runsLeft.delete(run.sessionId);
    this.sessions += 1;
  }
}
