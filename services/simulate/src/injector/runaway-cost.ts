import { callSteps } from '../plan/script.ts';
import { answerOf, callSites } from '../plan/sites.ts';
import type { Step } from '../plan/step.ts';
import { textArgument, toolSpec, wholeNumber } from '../scenario/scenario.ts';
import { between } from '../strength.ts';
import type { Injector } from './injector.ts';

const dig = toolSpec('deep_search', 'Searches archives thoroughly.', {
  words: textArgument('words'),
  source: wholeNumber('number of the archive'),
});

const findings = [
  'a note that mentions it',
  'three pages of minutes',
  'a scanned letter, partly legible',
  'an old price list',
  'a table without headings',
  'an appendix with further references',
];

/** An agent goes on and on: always something new, no repetition, far beyond what its work ever took. */
export const runawayCost: Injector = {
  fault: 'runaway_cost',
  inject(plan, random, strength) {
    const { root } = plan;
    const [first] = callSites(plan).filter(({ owner }) => owner === root);
    // The heavy class of a task is heavy by right: beyond that nobody could say what is too much.
    if (!first || !answerOf(root) || root.steps.length > 24) return undefined;
    const calls = between(36, 60, strength);
    root.agent = { ...root.agent, tools: [...root.agent.tools, dig] };
    const about = Object.values(first.tool.arguments as object).join(' ');
    const extra: Step[] = [];
    // Each archive names the next one: nothing is made up.
    let source = 1;
    for (let i = 1; i <= calls; i += 1) {
      const found = random.pick(findings);
      const next = source + random.integer(11, 160);
      const call = {
        tool: dig.name,
        arguments: { words: `${about} ${found}`, source },
        result: { source, found, see_also: next },
      };
      extra.push(...callSteps(root.agent, `On ${about}: ${found}, archive ${source} may say more.`, call, random));
      source = next;
    }
    root.steps.splice(root.steps.length - 1, 0, ...extra);
    const [begun] = extra;
    const last = answerOf(root);
    return (
      begun && [
        {
          pattern: 'runaway_cost',
          variant: 'ever_more_steps',
          at: extra[extra.length >> 1] ?? begun,
          cause: begun,
          orCause: [root, first.inference, first.tool, ...extra],
          steps: [...extra, root, ...(last ? [last] : [])],
          numbers: { calls },
        },
        { pattern: 'no_progress_loop', variant: 'ever_more_steps', isArguable: true, at: begun, steps: extra },
        { pattern: 'reasoning_drift', variant: 'ever_more_steps', isArguable: true, at: begun, steps: extra },
      ]
    );
  },
};
