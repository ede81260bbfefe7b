import { textArgument, toolSpec } from '../scenario/scenario.ts';
import { addCalls, subjectOf } from './extra-calls.ts';
import type { Negative } from './negative.ts';

const spec = toolSpec('open_complaints', 'Lists open complaints.', { subject: textArgument('about whom') });

/** Nothing was found, and that is the answer. */
export const lawfulEmpty: Negative = {
  name: 'lawful_empty',
  apply(plan, random) {
    const result = random.pick<unknown>([
      [],
      { complaints: [] },
      { total: 0, items: [] },
      { found: false, error: null },
    ]);
    const call = { text: 'Are there open complaints?', arguments: { subject: subjectOf(plan) }, result };
    return { resembles: 'masked_tool_error', variant: 'lawful_empty', steps: addCalls(plan, spec, [call], random) };
  },
};
