import type { InferenceStep } from '../plan/step.ts';
import type { Negative } from './negative.ts';

const modes = [
  'Mode: after hours. Keep answers short.',
  'Mode: verbose. Explain each step.',
  'Current time zone: Europe/Lisbon.',
];

/** A configured mode or a fresh detail is added to the instructions; role and rules stay what they were. */
export const modeChange: Negative = {
  name: 'mode_change',
  apply(plan, random) {
    const { root } = plan;
    const inferences = root.steps.filter((step): step is InferenceStep => step.kind === 'inference');
    if (inferences.length < 3) return undefined;
    const changed = inferences.slice(random.integer(1, inferences.length - 1));
    const mode = random.pick(modes);
    for (const inference of changed) inference.system = `${root.agent.system}\n${mode}`;
    return { resembles: 'persona_inconsistency', variant: 'mode_change', steps: changed };
  },
};
