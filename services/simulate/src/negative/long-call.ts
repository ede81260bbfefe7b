import { textArgument, toolSpec } from '../scenario/scenario.ts';
import { addCalls } from './extra-calls.ts';
import type { Negative } from './negative.ts';

const spec = toolSpec('render_video', 'Renders a video; takes its time.', { clip: textArgument('id') });

/** A call during which nothing is heard of the run for seconds, and which then returns. */
export const longCall: Negative = {
  name: 'long_call',
  apply(plan, random) {
    const call = {
      text: 'I render the clip, this takes a while.',
      arguments: { clip: random.pick(['intro', 'summary', 'teaser']) },
      result: { state: 'rendered', seconds: random.integer(10, 90) },
      ms: random.integer(4_000, 7_000),
    };
    return { resembles: 'abandoned_session', variant: 'long_call', steps: addCalls(plan, spec, [call], random) };
  },
};
