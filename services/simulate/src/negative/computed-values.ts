import { callSteps } from '../plan/script.ts';
import { answerOf } from '../plan/sites.ts';
import { amount, textArgument, toolSpec } from '../scenario/scenario.ts';
import type { Negative } from './negative.ts';

const open = toolSpec('open_items', 'Lists open items of an account.', { account: textArgument('account') });
const remind = toolSpec('set_reminder', 'Sets a reminder.', {
  total_eur: amount('EUR'),
  day: textArgument('YYYY-MM-DD'),
});

const DAY_MS = 86_400_000;

/** A sum of what was listed, and a date some days after one that was given: stated nowhere, and right. */
export const computedValues: Negative = {
  name: 'computed_values',
  apply(plan, random) {
    const { root } = plan;
    if (!answerOf(root)) return undefined;
    root.agent = { ...root.agent, tools: [...root.agent.tools, open, remind] };
    const issued = new Date(Date.UTC(2026, random.integer(0, 11), random.integer(1, 28)));
    const days = random.pick([7, 14, 30]);
    const items = Array.from({ length: random.integer(2, 4) }, () => ({ eur: random.integer(20, 400) }));
    const total = items.reduce((sum, { eur }) => sum + eur, 0);
    const account = 'main';
    const listed = callSteps(
      root.agent,
      'I list the open items.',
      {
        tool: open.name,
        arguments: { account },
        result: { account, items, issued_on: dayOf(issued), payable_within_days: days },
      },
      random,
    );
    const set = callSteps(
      root.agent,
      `Together ${total} EUR, payable ${days} days after ${dayOf(issued)}.`,
      {
        tool: remind.name,
        arguments: { total_eur: total, day: dayOf(new Date(issued.getTime() + days * DAY_MS)) },
        result: { set: true },
      },
      random,
    );
    const steps = [...listed, ...set];
    root.steps.splice(root.steps.length - 1, 0, ...steps);
    return { resembles: 'ungrounded_argument', variant: 'computed_values', steps };
  },
};

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
