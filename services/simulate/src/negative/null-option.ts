import { textArgument, toolSpec, wholeNumber } from '../scenario/scenario.ts';
import { addCalls } from './extra-calls.ts';
import type { Negative } from './negative.ts';

const spec = toolSpec(
  'find_articles',
  'Finds help articles.',
  { words: textArgument('words'), limit: wholeNumber('most'), language: textArgument('ISO code') },
  { optional: ['limit', 'language'] },
);

/** Optional arguments left out, or given as null. */
export const nullOption: Negative = {
  name: 'null_option',
  apply(plan, random) {
    const options = random.pick([{}, { limit: null }, { language: null, limit: 3 }]);
    const result = { articles: [{ id: `a-${random.integer(10, 99)}`, title: 'How it works' }] };
    const call = { text: 'There may be an article.', arguments: { words: 'how it works', ...options }, result };
    return { resembles: 'tool_misrouting', variant: 'null_option', steps: addCalls(plan, spec, [call], random) };
  },
};
