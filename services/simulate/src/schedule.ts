import { type Departure, departuresOf } from './emit/departures.ts';
import { type FleetMix, SessionSource } from './generate.ts';
import { Random } from './random.ts';
import type { SimulatedRun } from './run.ts';

/** What is left for the last spans to leave and be acknowledged, milliseconds. */
const CLOSING_MS = 1_200;

export interface ScheduleOptions extends FleetMix {
  readonly spansPerSecond: number;
  readonly startMs: number;
  /** All spans have left by then; infinite for a fleet that never ends. */
  readonly endMs: number;
}

/** When sessions start, so that spans leave at a rate, and which still fit before the end. */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #source: SessionSource;
  readonly #random: Random;
  #index = 0;
  #nextMs: number;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#source = new SessionSource(options);
    this.#random = new Random(`${options.seed} departures`);
    this.#nextMs = options.startMs;
  }

  /** No session starts any more. */
  get isOver(): boolean {
    return this.#nextMs >= this.#options.endMs - CLOSING_MS;
  }

  /** The sessions that have started by then and that did not come before: their runs, with the departure of every span. */
  *startedBy(nowMs: number): Generator<{ runs: SimulatedRun[]; departures: Departure[] }> {
    const { spansPerSecond, endMs } = this.#options;
    while (this.#nextMs <= nowMs && !this.isOver) {
      const all = this.#source.session(this.#index, this.#nextMs);
      this.#index += 1;
      const runs = all.filter((run) => run.endMs <= endMs - CLOSING_MS);
      // A session that does not fit takes the time of its spans all the same: others would come in its place for ever.
      const spans = all.reduce((sum, run) => sum + run.spans.length, 0);
      this.#nextMs += (1_000 * spans) / spansPerSecond;
      if (runs.length > 0) yield { runs, departures: runs.flatMap((run) => departuresOf(run, this.#random)) };
    }
  }
}
