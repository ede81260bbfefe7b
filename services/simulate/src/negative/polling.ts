import { textArgument, toolSpec } from '../scenario/scenario.ts';
import { addCalls, subjectOf } from './extra-calls.ts';
import type { Negative } from './negative.ts';

const spec = toolSpec('export_status', 'Says how far an export is.', { export_id: textArgument('id') });

/** The same call over and over, and the answer moves on each time. */
export const pollingWithProgress: Negative = {
  name: 'polling_with_progress',
  apply(plan, random) {
    const polls = random.integer(4, 8);
    const exportId = subjectOf(plan);
    const calls = Array.from({ length: polls }, (_, i) => {
      const isLast = i === polls - 1;
      const percent = isLast ? 100 : Math.floor((100 * (i + random.unit())) / polls);
      return {
        text: i === 0 ? 'Is the export ready?' : 'Not yet, I look again.',
        arguments: { export_id: exportId },
        result: { export_id: exportId, state: isLast ? 'finished' : 'running', percent },
        pauseMs: random.integer(100, 600),
      };
    });
    return {
      resembles: 'no_progress_loop',
      variant: 'polling_with_progress',
      steps: addCalls(plan, spec, calls, random),
    };
  },
};
