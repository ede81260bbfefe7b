import { textArgument, toolSpec, wholeNumber } from '../scenario/scenario.ts';
import { addCalls, subjectOf } from './extra-calls.ts';
import type { Negative } from './negative.ts';

const spec = toolSpec('list_events', 'Lists events, page by page.', {
  subject: textArgument('whose'),
  page: wholeNumber('from 1'),
});

/** The same tool over and over, each time for the next page: no loop, since it moves on. */
export const pagination: Negative = {
  name: 'pagination',
  apply(plan, random) {
    const pages = random.integer(4, 9);
    const subject = subjectOf(plan);
    const calls = Array.from({ length: pages }, (_, i) => ({
      text: i === 0 ? 'I list the events.' : 'And the next page.',
      arguments: { subject, page: i + 1 },
      result: {
        page: i + 1,
        pages,
        events: Array.from({ length: 3 }, () => ({
          id: `e-${random.hex(6)}`,
          at: `2026-05-${random.integer(10, 28)}`,
        })),
      },
    }));
    return { resembles: 'no_progress_loop', variant: 'pagination', steps: addCalls(plan, spec, calls, random) };
  },
};
