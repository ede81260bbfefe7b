import { Script } from '../plan/script.ts';
import { answerOf } from '../plan/sites.ts';
import type { AgentStep } from '../plan/step.ts';
import type { Random } from '../random.ts';
import type { Negative } from './negative.ts';

/** An agent calls itself for ever smaller parts of the work, and is done. */
export const shrinkingRecursion: Negative = {
  name: 'shrinking_recursion',
  apply(plan, random) {
    const { root } = plan;
    if (!answerOf(root) || root.agent.answerSchema) return undefined;
    const chapters = ['summary', 'sources', 'dates', 'names', 'figures'].slice(0, random.integer(3, 5));
    const part = split(root, chapters, random);
    root.steps.splice(root.steps.length - 1, 0, part);
    const steps: AgentStep[] = [];
    for (let each: AgentStep | undefined = part; each; each = each.steps.find((step) => step.kind === 'agent'))
      steps.push(each);
    return { resembles: 'circular_delegation', variant: 'shrinking_recursion', steps };
  },
};

function split({ agent }: AgentStep, [first = '', ...rest]: readonly string[], random: Random): AgentStep {
  const script = new Script(agent, random);
  if (rest.length > 0) script.delegate(split({ agent } as AgentStep, rest, random));
  const work = [first, ...rest].join(', ');
  return script.answer(`Check these parts: ${work}.`, `Checked: ${work}.`);
}
