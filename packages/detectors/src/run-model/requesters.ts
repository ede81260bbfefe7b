import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { TICK } from '../relations/operation.ts';

function later(one: Step | undefined, other: Step, run: RunView): Step {
  if (!one) return other;
  const apart = run.endOf(other) - run.endOf(one);
  return apart > 0 || (apart === 0 && other.spanId > one.spanId) ? other : one;
}

const latest = (steps: readonly Step[], run: RunView): Step | undefined =>
  steps.reduce<Step | undefined>((one, other) => later(one, other, run), undefined);

/** Those that fit, where any does. */
function fitting(steps: readonly Step[], fits: (step: Step) => boolean): readonly Step[] {
  const some = steps.filter(fits);
  return some.length > 0 ? some : steps;
}

/** Which inference of a run asked for which call. */
export class Requesters {
  readonly #byCallId = new Map<string, Step[]>();

  note(step: Step): void {
    for (const { id } of step.requestedCalls) {
      if (id === '') continue;
      const others = this.#byCallId.get(id);
      if (!others) this.#byCallId.set(id, [step]);
      else if (others.at(-1) !== step) others.push(step);
    }
  }

  forget(step: Step): void {
    for (const { id } of step.requestedCalls) {
      const left = this.#byCallId.get(id)?.filter((other) => other !== step);
      if (left?.length === 0) this.#byCallId.delete(id);
      else if (left) this.#byCallId.set(id, left);
    }
  }

  /** By call id, else by tool name and arguments, else by tool name, else the last before it in the same agent. */
  of(call: Step, run: RunView): Step | undefined {
    const asked = call.toolCallId === '' ? undefined : this.#byCallId.get(call.toolCallId);
    if (!asked) return byArguments(call, run);
    return asked.length === 1 ? asked[0] : amongAlike(asked, call, run);
  }
}

/**
 * Ids are unique to a response at most: some providers and adapters count the calls of each, and a model that repeats itself repeats
 * the id. Of several that asked for a call of this id the latest that had begun before it, of the same agent and for the same tool.
 */
function amongAlike(asked: readonly Step[], call: Step, run: RunView): Step | undefined {
  const agent = run.agentOf(call);
  const start = run.startOf(call);
  let fit = fitting(asked, ({ requestedCalls }) =>
    requestedCalls.some(({ id, name }) => id === call.toolCallId && name === call.tool),
  );
  fit = fitting(fit, (step) => run.agentOf(step) === agent);
  const before = fit.filter((step) => run.startOf(step) <= start);
  return before.length > 0 ? latest(before, run) : fit[0];
}

function byArguments(call: Step, run: RunView): Step | undefined {
  const agent = run.agentOf(call);
  const before = run.startOf(call) + TICK;
  // The latest by time of those that fit best: steps stand in the order of their arrival.
  let exact: Step | undefined;
  let byName: Step | undefined;
  let last: Step | undefined;
  for (const step of run.steps) {
    if (step.kind !== 'llm' || run.endOf(step) > before) continue;
    for (const { name, argumentsDigest } of step.requestedCalls) {
      if (name !== call.tool) continue;
      if (call.requestKey !== '' && argumentsDigest === call.requestKey) exact = later(exact, step, run);
      byName = later(byName, step, run);
    }
    if (later(last, step, run) === step && run.agentOf(step) === agent) last = step;
  }
  return exact ?? byName ?? last;
}
