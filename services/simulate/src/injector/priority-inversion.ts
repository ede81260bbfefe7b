import type { QueueStep } from '../plan/step.ts';
import { workItem } from '../scenario/dispatch.ts';
import { between } from '../strength.ts';
import type { Injector } from './injector.ts';

/** Urgent work waits while less urgent work that was queued later is done first. */
export const priorityInversion: Injector = {
  fault: 'priority_inversion',
  inject(plan, random, strength) {
    const at = plan.root.steps.findIndex((step) => step.kind === 'queue');
    const queue = plan.root.steps[at] as QueueStep | undefined;
    if (!queue) return undefined;
    const overtakers = between(1, 4, strength);
    const urgent = random.integer(7, 9);
    // One long job is under way when the urgent one comes; those that overtake it come after that.
    const first = { sentMs: 0, job: workItem(random.integer(2, 5), 4, random.integer(80, 160)) };
    let now = 4 + first.job.ms + 3;
    const later = Array.from({ length: overtakers }, (_, i) => {
      const sentMs = 14 + 6 * (i + 1);
      const job = workItem(random.integer(1, urgent - 2), now - sentMs, random.integer(60, 180));
      now += job.ms + 3;
      return { sentMs, job };
    });
    const victim = { sentMs: 10, job: workItem(urgent, now - 10, random.integer(40, 120)) };
    plan.root.steps[at] = { kind: 'queue', jobs: [first, ...later, victim] };
    const overtaking = later.map(({ job }) => job);
    const [cause] = overtaking;
    return [
      {
        pattern: 'priority_inversion',
        variant: overtakers > 1 ? 'overtaken_repeatedly' : 'overtaken_once',
        at: victim.job,
        ...(cause ? { cause } : {}),
        orCause: [victim.job, first.job, ...overtaking],
        steps: [victim.job, ...overtaking],
        numbers: { waitedMs: victim.job.delayMs, overtakers },
      },
    ];
  },
};
