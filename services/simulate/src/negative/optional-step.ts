import { failByService } from '../injector/failures.ts';
import { answerOf, changeAnswer } from '../plan/sites.ts';
import { textArgument, toolSpec } from '../scenario/scenario.ts';
import { addCalls } from './extra-calls.ts';
import type { Negative } from './negative.ts';

const spec = toolSpec('get_weather_hint', 'Says something about the weather.', { place: textArgument('where') });

/**
 * A step that nothing depends on fails, the agent says so and goes on: it was given up, and nothing is missing. It is told
 * from an unresolved error only by what many runs need.
 */
export const optionalStep: Negative = {
  name: 'optional_step',
  apply(plan, random) {
    const { root } = plan;
    if (!answerOf(root) || root.agent.answerSchema) return undefined;
    const call = {
      text: 'Perhaps the weather helps.',
      arguments: { place: random.pick(['Lyon', 'Graz']) },
      result: null,
    };
    const steps = addCalls(plan, spec, [call], random);
    const tool = steps.find((step) => step.kind === 'tool');
    if (tool?.kind !== 'tool') return undefined;
    failByService(tool, { type: 'TimeoutError', message: 'weather service timed out' });
    changeAnswer(plan, root, `${root.answer} (The weather hint is not available right now; it is not needed.)`);
    const held = { at: tool, steps: [tool] };
    return {
      resembles: 'unresolved_error',
      variant: 'optional_step',
      steps,
      holds: [{ pattern: 'recovery', variant: 'gave_up', ...held }],
    };
  },
};

/** The same step works, and nothing uses it either: what runs need is learnt from those that went well. */
export const optionalStepDone: Negative = {
  name: 'optional_step_done',
  apply(plan, random) {
    const { root } = plan;
    if (!answerOf(root) || root.agent.answerSchema) return undefined;
    const place = random.pick(['Lyon', 'Graz']);
    const result = { place, sky: random.pick(['clear', 'cloudy', 'rain']), celsius: random.integer(-4, 31) };
    const steps = addCalls(plan, spec, [{ text: 'Perhaps the weather helps.', arguments: { place }, result }], random);
    return { resembles: 'unresolved_error', variant: 'optional_step_done', steps };
  },
};
