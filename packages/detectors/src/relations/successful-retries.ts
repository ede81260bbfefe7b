import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { TICK } from './operation.ts';
import { retryOf, saysTheSame } from './reactions.ts';

/** Calls of the same operation, from a failure on, among which one that puts it right is looked for. */
const MOST_LOOKED_AT = 256;

/** Calls of the same operation before and after a failure among which those are that were asked for together with it. */
const MOST_BESIDE = 32;

const NONE: readonly number[] = [];

/** Equal wherever `sameOperation` may hold. */
const operationOf = ({ kind, tool, name }: Step): string => (kind === 'tool' ? `tool ${tool || `\n${name}`}` : kind);

/**
 * The steps of a run that tried again what had failed, and succeeded. For many questions about one state of the run: it knows
 * the steps by operation, and what it has found for a failure. Places are those among `run.chronological()`.
 */
export class SuccessfulRetries {
  readonly #run: RunView;
  readonly #order: readonly Step[];
  readonly #byOperation = new Map<string, number[]>();
  readonly #found = new Map<Step, readonly number[]>();

  constructor(run: RunView) {
    this.#run = run;
    this.#order = run.chronological();
    this.#order.forEach((step, place) => {
      if (isFailure(step)) return;
      const operation = operationOf(step);
      const alike = this.#byOperation.get(operation);
      if (alike) alike.push(place);
      else this.#byOperation.set(operation, [place]);
    });
  }

  /** The first step that retries one of `failed`, started at `from` or later, and ended by `until`. */
  first(failed: readonly Step[], { from, until }: { from: number; until: number }): Step | undefined {
    let first = this.#order.length;
    for (const step of failed) {
      for (const place of this.#of(step)) {
        if (place >= first) break;
        const retry = this.#order[place] as Step;
        if (this.#run.startOf(retry) < from || this.#run.endOf(retry) > until) continue;
        first = place;
      }
    }
    return this.#order[first];
  }

  /** The first step that was asked for together with a failed one, said the same in another form, and succeeded. */
  inOtherForm(failed: Step): Step | undefined {
    const alike = this.#byOperation.get(operationOf(failed)) ?? NONE;
    const at = this.#firstFrom(alike, this.#run.startOf(failed));
    const beside = alike
      .slice(Math.max(0, at - MOST_BESIDE), at + MOST_BESIDE)
      .map((place) => this.#order[place] as Step);
    return beside.find((step) => saysTheSame(step, failed, this.#run));
  }

  #of(failed: Step): readonly number[] {
    let found = this.#found.get(failed);
    if (!found) {
      found = this.#look(failed);
      this.#found.set(failed, found);
    }
    return found;
  }

  #look(failed: Step): readonly number[] {
    const alike = this.#byOperation.get(operationOf(failed));
    if (!alike) return NONE;
    const found: number[] = [];
    const from = this.#firstFrom(alike, this.#run.endOf(failed) - TICK);
    for (const place of alike.slice(from, from + MOST_LOOKED_AT)) {
      if (retryOf(this.#order[place] as Step, failed, this.#run)) found.push(place);
    }
    return found;
  }

  /** Index of the first of these places whose step starts at `time` or later. */
  #firstFrom(places: readonly number[], time: number): number {
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#run.startOf(this.#order[places[middle] as number] as Step) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
