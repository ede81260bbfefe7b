import type { Negative } from './negative.ts';

/** The conversation is compacted, and the summary repeats what the user had demanded. */
export const keptConstraints: Negative = {
  name: 'kept_constraints',
  apply(plan, random) {
    const late = plan.root.steps.filter((step) => step.kind === 'inference').slice(3);
    if (late.length === 0) return undefined;
    const at = random.pick(late);
    const turns = plan.root.earlier.map(({ request }) => request);
    const summary = `Summary. The user asked: ${[...turns, plan.root.request].join(' ')} Look-ups so far went well.`;
    at.loss = { keep: random.integer(1, 2), summary, declared: true };
    return { resembles: 'context_truncation', variant: 'kept_constraints', steps: [at] };
  },
};
