import { answerOf, changeAnswer } from '../plan/sites.ts';
import type { Negative } from './negative.ts';

/** An answer in prose that shows a template or an example with braces. */
export const proseWithBraces: Negative = {
  name: 'prose_with_braces',
  apply(plan, random) {
    const { root } = plan;
    const last = answerOf(root);
    if (!last || root.agent.answerSchema) return undefined;
    const example = random.pick(['{name}, {date}', '{"status": …}', 'Dear {{customer}}, …', '[see below]']);
    changeAnswer(plan, root, `${root.answer} You can use this form next time: ${example}`);
    return { resembles: 'malformed_output', variant: 'prose_with_braces', steps: [last] };
  },
};
