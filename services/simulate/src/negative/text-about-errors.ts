import { textArgument, toolSpec } from '../scenario/scenario.ts';
import { addCalls } from './extra-calls.ts';
import type { Negative } from './negative.ts';

const spec = toolSpec('grep_logs', 'Searches log lines.', { pattern: textArgument('words') });

/** A tool whose lawful answer speaks of errors: a search in logs, an entry of the documentation. */
export const textAboutErrors: Negative = {
  name: 'text_about_errors',
  apply(plan, random) {
    const lines = Array.from(
      { length: random.integer(2, 5) },
      () =>
        `2026-05-${random.integer(10, 28)}T0${random.integer(0, 9)}:12:03Z ERROR ${random.pick(['checkout', 'search', 'mailer'])}: ${random.pick(['TimeoutError: upstream timed out', 'HTTP 500 from payment', 'failed to connect, exception swallowed'])}`,
    );
    const result = random.pick<unknown>([
      { matches: lines, total: lines.length },
      lines.join('\n'),
      {
        title: 'Error handling',
        text: 'If a request fails with status 429, an error object {"error": …} is returned.',
      },
    ]);
    const call = { text: 'I look into the logs.', arguments: { pattern: 'error' }, result };
    return {
      resembles: 'masked_tool_error',
      variant: 'text_about_errors',
      steps: addCalls(plan, spec, [call], random),
    };
  },
};
