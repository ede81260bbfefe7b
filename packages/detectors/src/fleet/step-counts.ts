import type { PointUse, SessionObserved } from '@spanwise/schemas';
import type { Slots } from '../slots.ts';
import type { Counts } from '../statistics/interval.ts';
import { type CountedSession, counted, halved, MOST_COUNTED, nameOf, nothingCounted } from './observed-session.ts';

/** Workflows of an agent that are told apart; later ones count as one without a name. And steps of each. */
export const MAX_WORKFLOWS = 4;
export const MAX_STEPS = 48;

/** Sessions of a workflow, and how many ended well: slot `w/<workflow>`. */
export interface Workflow extends Counts {
  name: string;
}

/** Sessions that used a step, by what became of them there: slot `p/<workflow>/<step>`. */
export interface StepCounts {
  workflow: string;
  step: string;
  used: number;
  /** It failed by itself, whatever became of the session. */
  failed: number;
  /** The session did not end well, and went wrong here. */
  causes: number;
}

/**
 * What an agent's sessions did at each step. Where there are too many steps, the least used makes room for a new one, whose former uses are
 * then unknown: at most as many as a 48th of all (Metwally et al., Efficient computation of frequent and top-k elements in data
 * streams, ICDT 2005, without the overestimate).
 */
export class AgentSteps {
  readonly #slots: Slots;
  readonly #workflows = new Map<string, Workflow>();
  readonly #steps = new Map<string, Map<string, StepCounts>>();

  private constructor(slots: Slots) {
    this.#slots = slots;
    for (const slot of slots.keys()) {
      if (slot.startsWith('w/')) {
        const workflow = slots.get<Workflow>(slot) as Workflow;
        this.#workflows.set(workflow.name, workflow);
      } else if (slot.startsWith('p/')) {
        const counts = slots.get<StepCounts>(slot) as StepCounts;
        this.#stepsIn(counts.workflow).set(counts.step, counts);
      }
    }
  }

  static of(slots: Slots): AgentSteps {
    if (!(slots.derived instanceof AgentSteps)) slots.derived = new AgentSteps(slots);
    return slots.derived as AgentSteps;
  }

  /** The most used first. */
  stepsOf(workflow: string): StepCounts[] {
    return [...this.#stepsIn(workflow).values()].sort((a, b) => b.used - a.used || (a.step < b.step ? -1 : 1));
  }

  /** The workflow with the session. */
  add({ session, hits, trials, isGood, isNew }: CountedSession): Workflow {
    const given = nameOf(session.workflow);
    const isKnown = this.#workflows.has(given) || this.#workflows.size < MAX_WORKFLOWS;
    const name = isKnown ? given : '';
    const workflow = { name, ...counted(this.#workflows.get(name) ?? nothingCounted(), { hits, trials }) };
    this.#put(workflow);
    const isBad = Number(!isGood);
    // a session that was bad before, and is not now, went wrong nowhere
    const causes = isNew ? isBad : isBad === 1 ? 1 : -1;
    for (const point of pointsIn(session)) this.#count(name, point, { isNew, causes: point.isCause ? causes : 0 });
    return workflow.trials > MOST_COUNTED ? this.#forgetHalf(name) : workflow;
  }

  #count(workflow: string, { step, failures }: PointUse, { isNew, causes }: { isNew: boolean; causes: number }): void {
    if (!isNew && causes === 0) return;
    const steps = this.#stepsIn(workflow);
    const name = nameOf(step);
    const known = steps.get(name);
    if (!known && !isNew) return;
    if (!known && steps.size >= MAX_STEPS) this.#remove(this.stepsOf(workflow).at(-1));
    const before = known ?? { workflow, step: name, used: 0, failed: 0, causes: 0 };
    const used = before.used + Number(isNew);
    this.#putStep({
      ...before,
      used,
      failed: before.failed + Number(isNew && failures > 0),
      causes: Math.min(used, Math.max(0, before.causes + causes)),
    });
  }

  #forgetHalf(name: string): Workflow {
    const workflow = { name, ...halved(this.#workflows.get(name) ?? nothingCounted()) };
    this.#put(workflow);
    for (const counts of this.stepsOf(name)) {
      const [used, failed, causes] = [counts.used, counts.failed, counts.causes].map((n) => Math.floor(n / 2));
      const half = { ...counts, used: used ?? 0, failed: failed ?? 0, causes: causes ?? 0 };
      if (half.used === 0) this.#remove(counts);
      else this.#putStep(half);
    }
    return workflow;
  }

  #put(workflow: Workflow): void {
    this.#workflows.set(workflow.name, workflow);
    this.#slots.put(`w/${workflow.name}`, workflow);
  }

  #putStep(counts: StepCounts): void {
    this.#stepsIn(counts.workflow).set(counts.step, counts);
    this.#slots.put(`p/${counts.workflow}/${counts.step}`, counts);
  }

  #remove(counts: StepCounts | undefined): void {
    if (!counts) return;
    this.#stepsIn(counts.workflow).delete(counts.step);
    this.#slots.delete(`p/${counts.workflow}/${counts.step}`);
  }

  #stepsIn(workflow: string): Map<string, StepCounts> {
    const steps = this.#steps.get(workflow) ?? new Map<string, StepCounts>();
    this.#steps.set(workflow, steps);
    return steps;
  }
}

/** Those of one step are one: what a hostile client tells twice is counted once. */
const pointsIn = ({ points }: SessionObserved): PointUse[] => [
  ...new Map(points.map((point) => [nameOf(point.step), point])).values(),
];
