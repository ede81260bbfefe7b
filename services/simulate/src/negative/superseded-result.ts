import { callSteps } from '../plan/script.ts';
import { answerOf } from '../plan/sites.ts';
import { textArgument, toolSpec } from '../scenario/scenario.ts';
import type { Negative } from './negative.ts';

const quote = toolSpec('get_quote', 'Gives a quote that holds for a minute.', { item: textArgument('what') });
const confirm = toolSpec('confirm_quote', 'Confirms a quote.', {
  item: textArgument('what'),
  quote_id: textArgument('quote'),
});

/** A second look gives another value of the same field, and the agent goes on with the newer one. */
export const supersededResult: Negative = {
  name: 'superseded_result',
  apply(plan, random) {
    const { root } = plan;
    if (!answerOf(root)) return undefined;
    root.agent = { ...root.agent, tools: [...root.agent.tools, quote, confirm] };
    const item = random.pick(['insurance', 'express delivery', 'storage']);
    const [old, newer] = [1, 2].map(() => ({
      item,
      quote_id: `Q-${random.integer(10_000, 99_999)}`,
      eur: random.integer(20, 90),
    }));
    const steps = [
      ...callSteps(
        root.agent,
        `What does ${item} cost?`,
        { tool: quote.name, arguments: { item }, result: old },
        random,
      ),
      ...callSteps(
        root.agent,
        'The quote has run out, I ask again.',
        { tool: quote.name, arguments: { item }, result: newer },
        random,
      ),
      ...callSteps(
        root.agent,
        'I confirm the new quote.',
        {
          tool: confirm.name,
          arguments: { item, quote_id: newer?.quote_id ?? '' },
          result: { ...newer, confirmed: true },
        },
        random,
      ),
    ];
    root.steps.splice(root.steps.length - 1, 0, ...steps);
    return { resembles: 'misread_output', variant: 'superseded_result', steps };
  },
};
