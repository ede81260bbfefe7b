import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { isAct, isCall } from '../relations/calls.ts';
import { Requesters } from './requesters.ts';
import { RunClock } from './run-clock.ts';

const NONE: readonly Step[] = [];

/** By start; ties by end, then span id. */
const byStart = (a: Step, b: Step): number =>
  a.start - b.start || a.end - b.end || (a.spanId < b.spanId ? -1 : a.spanId > b.spanId ? 1 : 0);

/** Steps come nearly in order: the place is looked for from the end. */
function insert(sorted: Step[], step: Step): void {
  let at = sorted.length;
  while (at > 0 && byStart(sorted[at - 1] as Step, step) > 0) at--;
  sorted.splice(at, 0, step);
}

/** The steps that a run remembers, and where each is to be found: in memory only, derived of the steps and the order they came in. */
export class StepIndex {
  /** In order of release. */
  readonly steps: Step[] = [];
  /** Calls (`isCall`) among them. */
  calls = 0;
  readonly #run: RunView;
  readonly #bySpanId = new Map<string, Step>();
  readonly #children = new Map<string, Step[]>();
  readonly #requesters = new Requesters();
  #byArguments: Map<string, Step[]> | undefined;
  readonly #clock = new RunClock();
  #chronological: Step[] | undefined;

  constructor(run: RunView) {
    this.#run = run;
  }

  add(step: Step): void {
    this.steps.push(step);
    this.#bySpanId.set(step.spanId, step);
    if (step.parentSpanId !== '') {
      const siblings = this.#children.get(step.parentSpanId);
      if (siblings) {
        step.parentSpanId = siblings[0]?.parentSpanId ?? step.parentSpanId;
        siblings.push(step);
      } else this.#children.set(step.parentSpanId, [step]);
    }
    this.#requesters.note(step);
    if (isAct(step)) this.#indexAct(step);
    this.#clock.note(step, this.parentOf(step), this.childrenOf(step.spanId));
    if (!this.#clock.agrees) this.#chronological = undefined;
    else if (this.#chronological) insert(this.#chronological, step);
  }

  #indexAct(step: Step): void {
    if (isCall(step)) this.calls++;
    this.#byArguments ??= new Map();
    const alike = this.#byArguments.get(step.argumentsDigest);
    if (alike) alike.push(step);
    else this.#byArguments.set(step.argumentsDigest, [step]);
  }

  /** Gives up the `count` steps that were released first; returns them. */
  forgetOldest(count: number): Step[] {
    const gone = this.steps.splice(0, count);
    const oldestKept = this.steps[0]?.index ?? Number.POSITIVE_INFINITY;
    for (const parent of new Set(gone.map((step) => step.parentSpanId))) {
      const kept = this.#children.get(parent)?.filter((sibling) => sibling.index >= oldestKept) ?? [];
      if (kept.length > 0) this.#children.set(parent, kept);
      else this.#children.delete(parent);
    }
    for (const step of gone) {
      this.#bySpanId.delete(step.spanId);
      this.#requesters.forget(step);
    }
    this.calls = 0;
    this.#byArguments = undefined;
    for (const step of this.steps) if (isAct(step)) this.#indexAct(step);
    this.#chronological = undefined;
    return gone;
  }

  stepOf(spanId: string): Step | undefined {
    return this.#bySpanId.get(spanId);
  }

  parentOf(step: Step): Step | undefined {
    return step.parentSpanId === '' ? undefined : this.#bySpanId.get(step.parentSpanId);
  }

  childrenOf(spanId: string): readonly Step[] {
    return this.#children.get(spanId) ?? NONE;
  }

  sameArguments(step: Step): readonly Step[] {
    return this.#byArguments?.get(step.argumentsDigest) ?? NONE;
  }

  chronological(): readonly Step[] {
    if (!this.#chronological) {
      const order = (a: Step, b: Step) =>
        this.startOf(a) - this.startOf(b) || this.endOf(a) - this.endOf(b) || byStart(a, b);
      this.#chronological = [...this.steps].sort(this.#clock.agrees ? byStart : order);
    }
    return this.#chronological;
  }

  startOf(step: Step): number {
    return step.start - this.#clock.offsetOf(step, this.#run);
  }

  endOf(step: Step): number {
    return step.end - this.#clock.offsetOf(step, this.#run);
  }

  requesterOf(call: Step): Step | undefined {
    return this.#requesters.of(call, this.#run);
  }
}
