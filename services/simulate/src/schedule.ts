import type { CampaignTruth } from './campaign/campaign-truth.ts';
import { type Departure, departuresOf } from './emit/departures.ts';
import type { FleetMix } from './fleet-mix.ts';
import { SessionSource } from './generate.ts';
import { Random } from './random.ts';
import type { SimulatedRun } from './run.ts';

/** What is left for the last spans to be acknowledged, milliseconds. */
const CLOSING_MS = 300;
const DAY_MS = 86_400_000;

export interface ScheduleOptions extends FleetMix {
  /** Without, sessions start as often as the mix has it, users coming without knowing of each other. */
  readonly spansPerSecond?: number;
  readonly startMs: number;
  /** All spans have left by then; infinite for a fleet that never ends. */
  readonly endMs: number;
}

/** When sessions start, so that spans leave at a rate, and which still fit before the end. */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #source: SessionSource;
  readonly #random: Random;
  readonly #starts: Random;
  #index = 0;
  #nextMs: number;

  /** @throws RangeError for a mix that cannot be */
  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#source = new SessionSource(options);
    this.#random = new Random(`${options.seed} departures`);
    this.#starts = new Random(`${options.seed} starts`);
    this.#nextMs = options.startMs;
  }

  /** What holds over the fleet. */
  get campaigns(): CampaignTruth[] {
    return this.#source.campaigns(this.#options.startMs);
  }

  /** No session starts any more. */
  get isOver(): boolean {
    return this.#nextMs >= this.#options.endMs - CLOSING_MS;
  }

  /** When the next session starts */
  get nextMs(): number {
    return this.#nextMs;
  }

  /** Share of requests that are sent twice */
  get resendShare(): number {
    return this.#source.preset.resendShare;
  }

  /** The sessions that have started by then and that did not come before: their runs, with the departure of every span. */
  *startedBy(nowMs: number): Generator<{ runs: SimulatedRun[]; departures: Departure[] }> {
    const { lateShare } = this.#source.preset;
    while (this.#nextMs <= nowMs && !this.isOver) {
      const all = this.#source.session(this.#index, this.#nextMs);
      this.#index += 1;
      // A session that does not fit takes the time of its spans all the same: others would come in its place for ever.
      this.#nextMs += this.#pauseAfter(all);
      const leaving = all.map((run) => ({ run, departures: departuresOf(run, this.#random, lateShare) }));
      const fitting = leaving.filter(({ departures }) => departures.every(({ dueMs }) => this.#isInTime(dueMs)));
      if (fitting.length === 0) continue;
      yield { runs: fitting.map(({ run }) => run), departures: fitting.flatMap(({ departures }) => departures) };
    }
  }

  #pauseAfter(runs: readonly SimulatedRun[]): number {
    const { spansPerSecond } = this.#options;
    if (spansPerSecond === undefined) {
      // exponential gaps
      return (-Math.log(1 - this.#starts.unit()) * DAY_MS) / this.#source.preset.sessionsPerDay;
    }
    return (1_000 * runs.reduce((sum, run) => sum + run.spans.length, 0)) / spansPerSecond;
  }

  #isInTime(dueMs: number): boolean {
    return dueMs <= this.#options.endMs - CLOSING_MS;
  }
}
