import { agentsOf } from '../plan/sites.ts';
import type { RunPlan, ToolStep } from '../plan/step.ts';
import type { FaultNote } from '../truth.ts';
import { leavesOf } from './values.ts';

/**
 * Calls that use what only a lost result had told. The agent goes on as if it knew: by their definitions one may see made-up
 * arguments in that, or a result that was misread, or not.
 */
export function stranded(plan: RunPlan, lost: unknown, at: ToolStep): FaultNote[] {
  const text = JSON.stringify(lost) ?? '';
  const tools = agentsOf(plan).flatMap(({ steps }) =>
    steps.flatMap((step) => (step.kind === 'tool' ? [step] : step.kind === 'parallel' ? step.tools : [])),
  );
  const users = tools.filter(
    (tool) =>
      tool !== at && leavesOf(tool.arguments).some(({ value }) => isTold(value) && text.includes(String(value))),
  );
  return [
    { pattern: 'misread_output', variant: 'result_lost', isArguable: true, at },
    ...users.flatMap((tool): FaultNote[] => [
      { pattern: 'ungrounded_argument', variant: 'result_lost', isArguable: true, at: tool },
      { pattern: 'misread_output', variant: 'result_lost', isArguable: true, at: tool },
    ]),
  ];
}

/** An identifier or a number that does not come up in any text by chance. */
const isTold = (value: unknown): boolean =>
  (typeof value === 'number' && Math.abs(value) >= 20) ||
  (typeof value === 'string' && /\d/.test(value) && /^\S{4,40}$/.test(value));
