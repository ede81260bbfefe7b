import { textArgument, toolSpec } from '../scenario/scenario.ts';
import { addCalls } from './extra-calls.ts';
import type { Negative } from './negative.ts';

const spec = toolSpec('search_manual', 'Searches the manual.', { words: textArgument('words') });

const passages = [
  "A cell that shows '[object Object]' was joined with text: use JSON.stringify instead.",
  'The log line payload="{\\"a\\": {\\"b\\": 1}}" is escaped twice; see chapter 4.',
  "Python prints dictionaries as {'state': 'ok', 'next': None}; the importer wants JSON.",
  'If a price reads NaN or undefined, the currency was not loaded yet.',
];

/** Text that speaks of lost structure is not a loss of structure. */
export const quotedSerialization: Negative = {
  name: 'quoted_serialization',
  apply(plan, random) {
    const words = random.pick(['object display', 'escaping', 'import format', 'NaN price']);
    const results = random.sample(passages, 2).map((text, i) => ({ chapter: i + 1, text }));
    const call = { text: 'The manual may know.', arguments: { words }, result: { words, results } };
    return {
      resembles: 'serialization_loss',
      variant: 'quoted_serialization',
      steps: addCalls(plan, spec, [call], random),
    };
  },
};
